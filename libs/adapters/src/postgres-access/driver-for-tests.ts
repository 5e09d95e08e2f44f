/** What tests need of the driver: they may not name it themselves. */
export { default as pg } from 'pg';
