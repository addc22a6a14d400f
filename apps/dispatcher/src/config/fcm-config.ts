import { type ConfigResult, type Environment, env, readEnvironment } from '@push/ops';
import { z } from 'zod';
import { certificate, serviceAccount } from './credential-file.ts';
import type { FcmConfig } from './provider-config.ts';

const variables = z.object({
  FCM_SERVICE_ACCOUNT_FILE: env.secretFile().transform(serviceAccount),
  FCM_URL: env.origin('https:').optional(),
  FCM_TOKEN_URL: env.url('https:').optional(),
  FCM_CA_FILE: env.file().transform(certificate).optional(),
});

export function readFcmConfig(environment: Environment): ConfigResult<FcmConfig> {
  const read = readEnvironment(variables, environment);
  if (!read.ok) return read;
  const { FCM_SERVICE_ACCOUNT_FILE: account, FCM_URL: url, FCM_TOKEN_URL: tokenUrl, FCM_CA_FILE: ca } = read.value;
  return {
    ok: true,
    value: { service: 'firebase', account, url: url ?? null, tokenUrl: tokenUrl ?? null, ca: ca ?? null },
  };
}
