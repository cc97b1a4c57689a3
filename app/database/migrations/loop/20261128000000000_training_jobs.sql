-- The trainer's queue. Submitted by whoever may insert, changed by the trainer only; the rights come from the
-- specs' needs, not from here. What a role with these rights could still do wrong, the table refuses.

-- Up Migration

CREATE TABLE training_jobs (
  id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  key           text NOT NULL UNIQUE CHECK (key <> ''),
  kind          text NOT NULL CHECK (kind <> ''),
  parameters    jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(parameters) = 'object'),
  status        text NOT NULL DEFAULT 'queued'
    CHECK (status IN ('queued', 'running', 'succeeded', 'failed')),
  attempts      smallint NOT NULL DEFAULT 0,
  interrupted   smallint NOT NULL DEFAULT 0,
  max_attempts  smallint NOT NULL DEFAULT 3 CHECK (max_attempts BETWEEN 1 AND 10),
  run_after     timestamptz NOT NULL DEFAULT now(),
  lease_until   timestamptz,
  submitted_at  timestamptz NOT NULL DEFAULT now(),
  started_at    timestamptz,
  finished_at   timestamptz,
  result        jsonb CHECK (jsonb_typeof(result) = 'object'),
  error         text CHECK (error <> ''),
  CONSTRAINT training_jobs_attempts CHECK (
    interrupted BETWEEN 0 AND attempts AND attempts - interrupted <= max_attempts
    AND (status <> 'queued' OR attempts - interrupted < max_attempts)
    AND (status = 'queued' OR attempts - interrupted > 0)),
  CONSTRAINT training_jobs_started CHECK ((started_at IS NOT NULL) = (attempts > 0)),
  CONSTRAINT training_jobs_lease CHECK ((lease_until IS NOT NULL) = (status = 'running')),
  CONSTRAINT training_jobs_finished
    CHECK ((finished_at IS NOT NULL) = (status IN ('succeeded', 'failed'))),
  CONSTRAINT training_jobs_result CHECK ((result IS NOT NULL) = (status = 'succeeded')),
  CONSTRAINT training_jobs_error CHECK (
    CASE status
      WHEN 'failed' THEN error IS NOT NULL
      WHEN 'succeeded' THEN error IS NULL
      ELSE error IS NULL OR attempts > 0
    END)
);

-- What the trainer looks for: the oldest job that waits, or whose lease ran out.
CREATE INDEX training_jobs_queue ON training_jobs (submitted_at)
  WHERE status IN ('queued', 'running');

COMMENT ON TABLE training_jobs IS
  'Queue of the trainer and what came of each job. Submitted by Airflow, changed by the trainer only.';
COMMENT ON COLUMN training_jobs.id IS 'Random';
COMMENT ON COLUMN training_jobs.key IS
  'Names the job''s purpose, such as DAG, run and task: submitting it again gives the job that is there';
COMMENT ON COLUMN training_jobs.kind IS 'What is to be done: a kind that package loop knows';
COMMENT ON COLUMN training_jobs.parameters IS 'What the kind takes';
COMMENT ON COLUMN training_jobs.status IS
  'queued: waits for its first or a further attempt; running: a trainer holds it until lease_until; succeeded and failed: for good';
COMMENT ON COLUMN training_jobs.attempts IS
  'Attempts that were begun. Only the holder of the latest may change the job: each statement names its number';
COMMENT ON COLUMN training_jobs.interrupted IS
  'Attempts that were given back because the trainer was stopped in an orderly way; they don''t count towards max_attempts';
COMMENT ON COLUMN training_jobs.max_attempts IS 'After so many failed attempts the job has failed for good';
COMMENT ON COLUMN training_jobs.run_after IS 'A queued job isn''t taken before: a pause after a failed attempt';
COMMENT ON COLUMN training_jobs.lease_until IS
  'Moved forward by the trainer while it works; once it has passed, the trainer is taken for lost and the job is free';
COMMENT ON COLUMN training_jobs.submitted_at IS 'When the job was submitted; the oldest goes first';
COMMENT ON COLUMN training_jobs.started_at IS 'When the latest attempt began';
COMMENT ON COLUMN training_jobs.finished_at IS 'When the job succeeded, or failed for good';
COMMENT ON COLUMN training_jobs.result IS 'What the job gave; with status succeeded only';
COMMENT ON COLUMN training_jobs.error IS 'Why the latest failed attempt failed; gone once the job has succeeded';

CREATE FUNCTION training_jobs_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status IN ('succeeded', 'failed') THEN
    RAISE check_violation USING MESSAGE = format('job %s has %s and can''t change', OLD.id, OLD.status);
  END IF;
  IF (NEW.id, NEW.key, NEW.kind, NEW.parameters, NEW.max_attempts, NEW.submitted_at)
    IS DISTINCT FROM (OLD.id, OLD.key, OLD.kind, OLD.parameters, OLD.max_attempts, OLD.submitted_at) THEN
    RAISE check_violation USING MESSAGE = format('job %s: what was submitted can''t change', OLD.id);
  END IF;
  IF NEW.attempts = OLD.attempts THEN
    IF NEW.status <> OLD.status AND OLD.status <> 'running' THEN
      RAISE check_violation USING MESSAGE = format('job %s can''t go on without a new attempt', OLD.id);
    END IF;
  ELSIF NEW.attempts <> OLD.attempts + 1 OR NEW.status <> 'running' OR OLD.lease_until >= now() THEN
    RAISE check_violation USING MESSAGE = format('job %s can''t be taken for attempt %s', OLD.id, NEW.attempts);
  END IF;
  RETURN NEW;
END $$;

COMMENT ON FUNCTION training_jobs_guard() IS
  'What is over stays as it is, what was submitted too, and attempts are taken one by one, of a free job only';

CREATE TRIGGER training_jobs_guard BEFORE UPDATE ON training_jobs
  FOR EACH ROW EXECUTE FUNCTION training_jobs_guard();

-- Wakes a waiting trainer when the transaction commits, whoever submitted the job and by which client.
CREATE FUNCTION training_jobs_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NOTIFY training_jobs;
  RETURN NULL;
END $$;

COMMENT ON FUNCTION training_jobs_notify() IS 'Tells listeners of channel training_jobs that a job may be free';

CREATE TRIGGER training_jobs_notify AFTER INSERT OR UPDATE ON training_jobs
  FOR EACH ROW WHEN (NEW.status = 'queued') EXECUTE FUNCTION training_jobs_notify();

-- Down Migration

DROP TABLE training_jobs;
DROP FUNCTION training_jobs_guard();
DROP FUNCTION training_jobs_notify();
