import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { Ledger } from '@push/ledger';
import type { Metrics } from '@push/ops';
import type { FastifyReply } from 'fastify';
import { UnreadBody } from './body-reader.ts';
import { failureAnswer } from '../failure/failure-answer.ts';
import { requestFailureOf } from '../failure/request-failure.ts';

/** Nest's names for what the filter tells of a fault. */
export const LEDGER = Symbol('Ledger');
export const METRICS = Symbol('Metrics');

/** Answers whatever went wrong outside of the front door, in the shape that clients know. */
@Catch()
export class FailureFilter implements ExceptionFilter {
  readonly #ledger: Ledger;
  readonly #metrics: Metrics;

  constructor(@Inject(LEDGER) ledger: Ledger, @Inject(METRICS) metrics: Metrics) {
    this.#ledger = ledger;
    this.#metrics = metrics;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const code = requestFailureOf(error);
    this.#metrics.count('push_relay_unusable_requests_total', { reason: code });
    if (code === 'internal') {
      this.#metrics.count('push_faults_total', {});
      this.#ledger.fault(error);
    }
    const { status, headers, body } = failureAnswer(code);
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    // The rest of a body that was not read would be taken for the next request.
    if (error instanceof UnreadBody) reply.header('connection', 'close');
    reply.status(status).headers(headers).send(body);
  }
}
