import { All, Controller, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HeldBody } from './body-reader.ts';
import type { FrontDoor } from './front-door.ts';

/** Nest's name for the {@link FrontDoor}. */
export const FRONT_DOOR = Symbol('FrontDoor');

/** Hands on whatever comes over HTTP. The paths are the front door's, since they can be asked for inside an onion request, too. */
@Controller()
export class PublicController {
  readonly #door: FrontDoor;

  constructor(@Inject(FRONT_DOOR) door: FrontDoor) {
    this.#door = door;
  }

  @All('*')
  async answer(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { method, url } = request;
    const held = request.body as HeldBody | null | undefined;
    try {
      const answer = await this.#door.answer({ method, url, body: held?.bytes ?? new Uint8Array() });
      await reply.status(answer.status).headers(answer.headers).send(answer.body);
    } finally {
      held?.[Symbol.dispose]();
    }
  }
}
