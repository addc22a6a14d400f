import { run } from './run.ts';

// A full disk, or a pipe that nobody reads any more: Node would end with 1, which here means that the relay refused.
process.stdout.on('error', () => {
  process.stderr.write('relay-client: what there was to tell could not be written\n');
  process.exit(70);
});
process.stderr.on('error', () => process.exit(70));

process.exitCode = await run(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
