/** The servers that Rushes can use or be watched by, as they run on one machine without containers. */
import { join } from 'node:path';

import { cassandra } from './cassandra.ts';
import { servicesFolder } from './installed.ts';
import { kafka } from './kafka.ts';
import { kubernetes } from './kubernetes.ts';
import { mongodb } from './mongodb.ts';
import { postgres } from './postgres.ts';
import { alertmanager } from './alertmanager.ts';
import { prometheus } from './prometheus.ts';
import { redis } from './redis.ts';
import { registry } from './registry.ts';
import { racyS3 } from './s3-racy.ts';
import { s3 } from './s3.ts';
import type { Instance, Service } from './service.ts';
import { trino } from './trino.ts';

export const SERVICES: readonly Service[] = [kafka, registry, cassandra, s3, racyS3, mongodb, postgres, redis, alertmanager, prometheus];

/** What Rushes does not use itself, and what takes long to be had: it is started only by its name. */
export const BY_NAME: readonly Service[] = [kubernetes, trino];

/** The one that everybody on this machine uses. */
export const sharedInstance = ({ name, port }: Service): Instance => ({ folder: join(servicesFolder(), 'running', name), port });
