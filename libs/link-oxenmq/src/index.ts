export { createOxenmqLinks, type OxenmqOptions } from './oxenmq-links.ts';
