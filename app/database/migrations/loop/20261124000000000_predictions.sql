-- The prediction log. Written by the frontend only; its rights come from the specs' needs, not from here.

-- Up Migration

CREATE TABLE predictions (
  id            uuid PRIMARY KEY,
  object_key    text NOT NULL UNIQUE CHECK (object_key ~ '^class_(0[0-9]|10)/[^/]+$'),
  class_index   smallint NOT NULL CHECK (class_index BETWEEN 0 AND 10),
  probability   real NOT NULL CHECK (probability BETWEEN 0 AND 1),
  probabilities real[] NOT NULL
    CHECK (array_ndims(probabilities) = 1 AND array_length(probabilities, 1) = 11
           AND array_position(probabilities, NULL) IS NULL
           AND 0 <= ALL (probabilities) AND 1 >= ALL (probabilities)),
  model_version text NOT NULL CHECK (model_version <> ''),
  variant       text NOT NULL DEFAULT 'production' CHECK (variant <> ''),
  predicted_at  timestamptz NOT NULL,
  stored_at     timestamptz NOT NULL DEFAULT now()
);

-- The loop reads windows over stored_at: a photo that waited in the outbox is late by predicted_at.
CREATE INDEX predictions_stored_at ON predictions (stored_at);

COMMENT ON TABLE predictions IS
  'Prediction log: one row a photo that was served and whose bytes are in the object store. Written by the frontend only.';
COMMENT ON COLUMN predictions.id IS 'Random; also the name in the address of the prediction''s page';
COMMENT ON COLUMN predictions.object_key IS
  'Key of the photo in bucket production. Read it from here: nothing else may rebuild it';
COMMENT ON COLUMN predictions.class_index IS 'Predicted class, its place among the Food-11 classes: 0 to 10';
COMMENT ON COLUMN predictions.probability IS 'Probability of the predicted class, 0 to 1';
COMMENT ON COLUMN predictions.probabilities IS 'Probability of each of the 11 classes, in the order of class_index';
COMMENT ON COLUMN predictions.model_version IS 'Version of the model that answered';
COMMENT ON COLUMN predictions.variant IS 'Release variant that answered, such as production or canary';
COMMENT ON COLUMN predictions.predicted_at IS 'When the answer was given';
COMMENT ON COLUMN predictions.stored_at IS 'When this row was written, after the photo''s bytes';

-- Down Migration

DROP TABLE predictions;
