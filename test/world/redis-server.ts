export * from '../../tools/redis-server.ts';
