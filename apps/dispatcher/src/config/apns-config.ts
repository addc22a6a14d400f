import { type ConfigProblem, type ConfigResult, type Environment, env, readEnvironment } from '@push/ops';
import { z } from 'zod';
import { certificate, privateKey, signingKey } from './credential-file.ts';
import type { ApnsConfig } from './provider-config.ts';

const appleId = (what: string) => z.string().regex(/^[A-Z0-9]{10}$/, `must be ${what}: ten capital letters and digits`);

const variables = z.object({
  KEY_FILE: env.secretFile().transform(signingKey).optional(),
  KEY_ID: appleId('the id of the key').optional(),
  TEAM_ID: appleId('the id of the team').optional(),
  CERT_FILE: env.file().transform(certificate).optional(),
  CERT_KEY_FILE: env.secretFile().transform(privateKey).optional(),
  TOPIC: z.string().regex(/^[A-Za-z0-9.-]{1,255}$/, "must be the app's bundle id"),
  URL: env.origin('https:').optional(),
  CA_FILE: env.file().transform(certificate).optional(),
});

type Variables = z.infer<typeof variables>;
const TOKEN = ['KEY_FILE', 'KEY_ID', 'TEAM_ID'] as const;
const CERTIFICATE = ['CERT_FILE', 'CERT_KEY_FILE'] as const;

/** `APNS_…` or `APNS_SANDBOX_…`: a signing key with its ids, or a certificate with its key; and a topic. */
export function readApnsConfig(service: ApnsConfig['service'], environment: Environment): ConfigResult<ApnsConfig> {
  const prefix = service === 'apns' ? 'APNS_' : 'APNS_SANDBOX_';
  const given = Object.fromEntries(
    Object.keys(variables.shape).map((name) => [name, environment[prefix + name] || undefined]),
  );
  const read = readEnvironment(variables, given);
  const problems = [...(read.ok ? [] : read.problems), ...missingCredentials(given, prefix)];
  const credentials = read.ok ? credentialsOf(read.value) : null;
  if (!read.ok || credentials === null || problems.length > 0) {
    return { ok: false, problems: problems.map(({ variable, problem }) => ({ variable: prefix + variable, problem })) };
  }
  const { TOPIC: topic, URL: url, CA_FILE: ca } = read.value;
  return {
    ok: true,
    value: { service, credentials, topic, url: url ?? null, ca: ca ?? null },
  };
}

function missingCredentials(given: Environment, prefix: string): ConfigProblem[] {
  const list = (names: readonly string[]): string => names.map((name) => prefix + name).join(', ');
  const hasToken = TOKEN.some((name) => given[name] !== undefined);
  const hasCertificate = CERTIFICATE.some((name) => given[name] !== undefined);
  if (!hasToken && !hasCertificate) {
    return [{ variable: 'KEY_FILE', problem: `is required: give ${list(TOKEN)}, or else ${list(CERTIFICATE)}` }];
  }
  if (hasToken && hasCertificate) {
    return [
      { variable: 'CERT_FILE', problem: `is one way too many: give ${list(TOKEN)}, or else ${list(CERTIFICATE)}` },
    ];
  }
  const names = hasToken ? TOKEN : CERTIFICATE;
  return names
    .filter((name) => given[name] === undefined)
    .map((name) => ({ variable: name, problem: `is required: give all of ${list(names)}` }));
}

function credentialsOf(value: Variables): ApnsConfig['credentials'] | null {
  const { KEY_FILE, KEY_ID, TEAM_ID, CERT_FILE, CERT_KEY_FILE } = value;
  if (KEY_FILE !== undefined && KEY_ID !== undefined && TEAM_ID !== undefined) {
    return { kind: 'token', key: KEY_FILE, keyId: KEY_ID, teamId: TEAM_ID };
  }
  if (CERT_FILE !== undefined && CERT_KEY_FILE !== undefined) {
    return { kind: 'certificate', certificate: CERT_FILE, key: CERT_KEY_FILE };
  }
  return null;
}
