import 'reflect-metadata';
import type { DynamicModule, INestApplicationContext, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';

type Module = Type<unknown> | DynamicModule;

/** A Nest application without a listener, for the watcher and the dispatcher. Nest itself logs nothing: the ledger does. */
export function createContext(module: Module): Promise<INestApplicationContext> {
  return NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
}

/** A Nest application on the given Fastify adapter, for the relay. */
export function createHttpApplication(module: Module, adapter: FastifyAdapter): Promise<NestFastifyApplication> {
  return NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: false,
    abortOnError: false,
    bodyParser: false,
  });
}
