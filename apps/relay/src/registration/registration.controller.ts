import { Body, Controller, Inject, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { RETRY_AFTER_S } from './failure.ts';
import type { Endpoint, Registrar, Reply } from './registrar.ts';

/** Nest's name for the {@link Registrar}. */
export const REGISTRAR = Symbol('Registrar');

/** What clients call. Bodies arrive as the bytes that were sent. */
@Controller()
export class RegistrationController {
  readonly #registrar: Registrar;

  constructor(@Inject(REGISTRAR) registrar: Registrar) {
    this.#registrar = registrar;
  }

  @Post('subscribe')
  subscribe(@Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<Reply['body']> {
    return this.#carryOut('subscribe', body, reply);
  }

  @Post('unsubscribe')
  unsubscribe(@Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<Reply['body']> {
    return this.#carryOut('unsubscribe', body, reply);
  }

  async #carryOut(endpoint: Endpoint, body: unknown, reply: FastifyReply): Promise<Reply['body']> {
    const answer = await this.#registrar.carryOut(endpoint, body instanceof Uint8Array ? body : new Uint8Array());
    reply.status(answer.status);
    if (answer.status === 503) reply.header('retry-after', RETRY_AFTER_S);
    return answer.body;
  }
}
