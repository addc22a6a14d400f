export {
  closeRedis,
  type ConnectionUse,
  type ConnectOptions,
  connectRedis,
  type RedisConnection,
  redisReady,
} from './connection.ts';
export { type RedisSettings, redisSettings, redisVariables } from './settings.ts';
export { reportUnfitServer } from './unfit-server.ts';
