-- What uploaders say about predictions, who uploaded them, and what the model saw in each photo.
-- Written by the frontend only; its rights come from the specs' needs, not from here.

-- Up Migration

ALTER TABLE predictions
  ADD COLUMN session_id uuid,
  ADD COLUMN source text NOT NULL DEFAULT 'upload' CHECK (source IN ('upload', 'sample'));

-- An uploader's own history, newest first. Rows without a session are never looked for this way.
CREATE INDEX predictions_session ON predictions (session_id, predicted_at DESC)
  WHERE session_id IS NOT NULL;

COMMENT ON COLUMN predictions.session_id IS
  'Random id of the uploader''s browser session, known to that browser only; null if there was none';
COMMENT ON COLUMN predictions.source IS
  'upload: a person''s own photo; sample: one of the pictures that the page offers for a first try';

CREATE TABLE embeddings (
  prediction_id uuid PRIMARY KEY REFERENCES predictions,
  model_version text NOT NULL CHECK (model_version <> ''),
  vector        bytea NOT NULL CHECK (length(vector) > 0 AND length(vector) % 2 = 0),
  stored_at     timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE embeddings IS
  'What the model saw in a photo, for drift tests and for training its head without decoding pictures. Written by the frontend only.';
COMMENT ON COLUMN embeddings.prediction_id IS 'The prediction that was made from it';
COMMENT ON COLUMN embeddings.model_version IS
  'Version of the model whose output it is: embeddings of different versions can''t be compared';
COMMENT ON COLUMN embeddings.vector IS 'IEEE 754 half-precision numbers (float16), little-endian, 2 bytes each';
COMMENT ON COLUMN embeddings.stored_at IS 'When this row was written';

CREATE TABLE feedback (
  id            uuid PRIMARY KEY,
  prediction_id uuid NOT NULL REFERENCES predictions,
  kind          text NOT NULL CHECK (kind IN ('agree', 'flag', 'correction')),
  class_index   smallint CHECK (class_index BETWEEN 0 AND 10),
  given_at      timestamptz NOT NULL,
  stored_at     timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT feedback_class_with_correction CHECK ((kind = 'correction') = (class_index IS NOT NULL))
);

CREATE INDEX feedback_prediction ON feedback (prediction_id, given_at);

COMMENT ON TABLE feedback IS
  'What uploaders said about predictions. Rows are only added: a changed mind is a further row, and the latest given_at of a prediction counts. Written by the frontend only.';
COMMENT ON COLUMN feedback.id IS 'Random; saving the same feedback again changes nothing';
COMMENT ON COLUMN feedback.prediction_id IS 'The prediction that it is about';
COMMENT ON COLUMN feedback.kind IS
  'agree: the class is right; flag: it is wrong; correction: it is wrong and class_index is right';
COMMENT ON COLUMN feedback.class_index IS
  'The right class by the uploader, its place among the Food-11 classes, 0 to 10; only with a correction';
COMMENT ON COLUMN feedback.given_at IS 'When the uploader said it';
COMMENT ON COLUMN feedback.stored_at IS 'When this row was written';

-- Down Migration

DROP TABLE feedback;
DROP TABLE embeddings;
ALTER TABLE predictions DROP COLUMN session_id, DROP COLUMN source;
