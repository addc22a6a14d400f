import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { Ledger } from '@push/ledger';
import type { Metrics } from '@push/ops';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorAnswer } from '../registration/answer.ts';
import { FAILURES, RETRY_AFTER_S } from '../registration/failure.ts';
import { requestFailureOf } from './request-failure.ts';

/** Nest's names for what the filter tells of a fault. */
export const LEDGER = Symbol('Ledger');
export const METRICS = Symbol('Metrics');

/** Answers whatever went wrong outside of the registrar, in the shape that clients know. */
@Catch()
export class FailureFilter implements ExceptionFilter {
  readonly #ledger: Ledger;
  readonly #metrics: Metrics;

  constructor(@Inject(LEDGER) ledger: Ledger, @Inject(METRICS) metrics: Metrics) {
    this.#ledger = ledger;
    this.#metrics = metrics;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const failure = requestFailureOf(error, http.getRequest<FastifyRequest>().url);
    this.#metrics.count('push_relay_unusable_requests_total', { reason: failure.code });
    if (failure.code === 'internal') {
      this.#metrics.count('push_faults_total', {});
      this.#ledger.fault(error);
      reply.header('retry-after', RETRY_AFTER_S);
    }
    if (failure.code === 'wrong-method') reply.header('allow', 'POST');
    reply.status(FAILURES[failure.code].status).send(errorAnswer(failure));
  }
}
