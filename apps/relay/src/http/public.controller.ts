import { All, Controller, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
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
    const { method, url, body } = request;
    const bytes = body instanceof Uint8Array ? body : new Uint8Array();
    const answer = await this.#door.answer({ method, url, body: bytes });
    await reply.status(answer.status).headers(answer.headers).send(answer.body);
  }
}
