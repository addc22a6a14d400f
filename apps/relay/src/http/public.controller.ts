import { All, Controller, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HeldBody } from './body-reader.ts';
import type { Turns } from '../load/turns.ts';
import type { FrontDoor } from './front-door.ts';

/** Nest's names for the {@link FrontDoor}, and for what it waits for. */
export const FRONT_DOOR = Symbol('FrontDoor');
export const TURNS = Symbol('Turns');

/** Hands on whatever comes over HTTP. The paths are the front door's, since they can be asked for inside an onion request, too. */
@Controller()
export class PublicController {
  readonly #door: FrontDoor;
  readonly #turns: Turns;

  constructor(@Inject(FRONT_DOOR) door: FrontDoor, @Inject(TURNS) turns: Turns) {
    this.#door = door;
    this.#turns = turns;
  }

  @All('*')
  async answer(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { method, url } = request;
    const held = request.body as HeldBody | null | undefined;
    try {
      await this.#turns.next('request');
      if (request.raw.socket.destroyed) return;
      const answer = await this.#door.answer({ method, url, body: held?.bytes ?? new Uint8Array() });
      await reply.status(answer.status).headers(answer.headers).send(answer.body);
    } finally {
      held?.[Symbol.dispose]();
    }
  }
}
