import { generateKeyPair, randomBytes, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import forge from 'node-forge';

export interface Certificate {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS #8, RSA 2048. */
  readonly key: string;
}

/** A throw-away certificate authority; lives as long as the process and signs for two days. */
export interface Authority {
  /** PEM, what clients must trust. */
  readonly certificate: string;
  /** A server certificate for host names and IP addresses. */
  issueServer(names: readonly string[]): Promise<Certificate>;
  /** A client certificate; `oids` become empty extensions, which is how Apple marks what a certificate may do. */
  issueClient(commonName: string, oids?: readonly string[]): Promise<Certificate>;
}

const DAY_MS = 86_400_000;
const newKeys = promisify(generateKeyPair);

export async function createAuthority(name: string): Promise<Authority> {
  const own = await keyPair();
  const subject = [{ name: 'commonName', value: name }];
  const certificate = issue(own.publicKey, own, subject, subject, [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, critical: true },
  ]);
  const issueFor = async (commonName: string, extensions: object[]): Promise<Certificate> => {
    const keys = await keyPair();
    const signed = issue(keys.publicKey, own, [{ name: 'commonName', value: commonName }], subject, [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      ...extensions,
    ]);
    return { certificate: signed, key: keys.key };
  };
  return {
    certificate,
    issueServer: (names) =>
      issueFor(names[0] ?? 'localhost', [
        { name: 'extKeyUsage', serverAuth: true },
        {
          name: 'subjectAltName',
          altNames: names.map((host) => (isIP(host) ? { type: 7, ip: host } : { type: 2, value: host })),
        },
      ]),
    issueClient: (commonName, oids = []) =>
      issueFor(commonName, [
        { name: 'extKeyUsage', clientAuth: true },
        ...oids.map((id) => ({ id, value: EMPTY_VALUE })),
      ]),
  };
}

/** Writes PEM texts (or any others) side by side, readable by their owner only, and answers with their paths. */
export function writeSecretFiles<Name extends string>(dir: string, files: Record<Name, string>): Record<Name, string> {
  const paths = Object.entries<string>(files).map(([name, text]) => {
    const path = join(dir, name);
    writeFileSync(path, text, { mode: 0o600 });
    return [name, path];
  });
  return Object.fromEntries(paths) as Record<Name, string>;
}

interface KeyPair {
  /** PEM. */
  readonly key: string;
  readonly publicKey: forge.pki.PublicKey;
}

/** ASN.1 NULL, the value of Apple's marker extensions. */
const EMPTY_VALUE = '\x05\x00';

async function keyPair(): Promise<KeyPair> {
  const { privateKey, publicKey } = await newKeys('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { key: privateKey, publicKey: forge.pki.publicKeyFromPem(publicKey) };
}

type DistinguishedName = forge.pki.CertificateField[];

function issue(
  publicKey: forge.pki.PublicKey,
  signer: KeyPair,
  subject: DistinguishedName,
  issuer: DistinguishedName,
  extensions: object[],
): string {
  const made = forge.pki.createCertificate();
  made.publicKey = publicKey;
  // A leading 01 keeps the number positive and of one length.
  made.serialNumber = `01${randomBytes(15).toString('hex')}`;
  made.validity.notBefore = new Date(Date.now() - DAY_MS);
  made.validity.notAfter = new Date(Date.now() + DAY_MS);
  made.setSubject(subject);
  made.setIssuer(issuer);
  made.setExtensions(extensions);
  // forge only encodes: its own RSA takes a second inside jest, node's a millisecond.
  const nativeKey = {
    sign: () => {
      const encoded = forge.asn1.toDer(made.tbsCertificate).getBytes();
      return sign('sha256', Buffer.from(encoded, 'latin1'), signer.key).toString('latin1');
    },
  };
  made.sign(nativeKey as unknown as forge.pki.rsa.PrivateKey, forge.md.sha256.create());
  return forge.pki.certificateToPem(made);
}
