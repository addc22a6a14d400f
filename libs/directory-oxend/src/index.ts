export { createOxendDirectory, type OxendOptions } from './oxend-directory.ts';
