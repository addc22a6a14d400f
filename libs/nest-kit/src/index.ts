export { createContext, createHttpApplication } from './context.ts';
export { reportTo } from './report.ts';
