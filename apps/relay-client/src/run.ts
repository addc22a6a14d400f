import { InputError } from '@push/client';
import { HELP } from './arguments/help.ts';
import type { CommandName } from './arguments/flags.ts';
import { type Command, readArguments, wantsJson } from './arguments/read-arguments.ts';
import { register } from './commands/register.ts';
import { status } from './commands/status.ts';
import { unregister } from './commands/unregister.ts';
import { exitCodeOf } from './failure.ts';
import { asJson, asText, failed, type Report } from './report.ts';
import { VERSION } from './version.ts';

export interface Output {
  readonly out: (text: string) => unknown;
  readonly err: (text: string) => unknown;
}

/** Carries out one command line (without the program's name) and returns the exit code. Never rejects. */
export async function run(args: readonly string[], output: Output): Promise<number> {
  try {
    return await answer(args, output);
  } catch (error) {
    return giveUp(error, output);
  }
}

async function answer(args: readonly string[], output: Output): Promise<number> {
  const read = readArguments(args);
  switch (read.kind) {
    case 'help':
      output.out(HELP);
      return 0;
    case 'version':
      output.out(`${VERSION}\n`);
      return 0;
    case 'problems':
      return tell(read.command, usage(read.problems), wantsJson(args), output);
    case 'command':
      return tell(read.command.name, await carryOut(read.command), wantsJson(args), output);
  }
}

function tell(command: CommandName | null, report: Report, asked: boolean, { out, err }: Output): number {
  if (asked) out(`${asJson(command, report)}\n`);
  else if (report.ok) out(asText(report));
  else err(asText(report));
  return exitCodeOf(report);
}

async function carryOut(command: Command): Promise<Report> {
  try {
    switch (command.name) {
      case 'register':
        return await register(command);
      case 'unregister':
        return await unregister(command);
      case 'status':
        return await status(command);
    }
  } catch (error) {
    if (error instanceof InputError) return usage([error.message.replace(/^onionKey/, '--onion')]);
    return fault(error);
  }
}

/** Its message may hold anything, so only its name is told. */
function fault(error: unknown): Report {
  return failed('fault', `something went wrong in this program: ${nameOf(error)}`);
}

/** When what there is to tell could not be told. */
function giveUp(error: unknown, { err }: Output): number {
  const report = fault(error);
  try {
    err(asText(report));
  } catch {
    // Then the exit code has to do.
  }
  return exitCodeOf(report);
}

function usage(problems: readonly string[]): Report {
  return failed('usage', problems.join('\n'), { problems });
}

function nameOf(error: unknown): string {
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  return [name, code].filter((part) => typeof part === 'string').join(' ') || typeof error;
}
