// Completes package-lock.json for platforms other than this one. npm leaves out optional platform packages it could not
// resolve while it wrote the file (a registry mirror may lack them) and `npm ci` then refuses the file everywhere. Their
// versions are pinned exactly by the package that lists them, so the entries follow from what is there; they carry no
// integrity. Run after every `npm install` that changed the file.
import { readFileSync, writeFileSync } from 'node:fs';

const path = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8'));
const OS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const CPU = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];
let added = 0;

for (const [where, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const nested = `${where}/node_modules/${name}`;
    const key = `node_modules/${name}`;
    const words = name.split(/[/-]/);
    const os = OS.filter((word) => words.includes(word));
    if (lock.packages[nested] || lock.packages[key] || os.length === 0 || !/^\d/.test(version)) continue;
    const cpu = CPU.filter((word) => words.includes(word));
    lock.packages[key] = { version, ...(cpu.length > 0 ? { cpu } : {}), dev: entry.dev, optional: true, os };
    added += 1;
  }
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
lock.packages = Object.fromEntries(sorted);
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${added} platform packages added\n`);
