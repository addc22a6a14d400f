import { type Job, type JobJson, Worker } from 'bullmq';

/**
 * BullMQ's worker, except that a job whose data is no JSON reaches the processor, with `null` for data. BullMQ would throw
 * before anyone sees it, leave it to be taken up as stalled, and throw again, for ever.
 */
export class WakeupWorker extends Worker {
  protected override createJob(json: JobJson, jobId: string): Job {
    return super.createJob(isJson(json.data) ? json : { ...json, data: 'null' }, jobId);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
