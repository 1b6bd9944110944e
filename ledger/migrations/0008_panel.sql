-- How the panel looks, when shoppers are asked, and what they answer.

ALTER TABLE merchant ADD COLUMN panel TEXT NOT NULL DEFAULT '{}';   -- JSON: the panel's settings

-- What is known of people who were asked without having asked.
CREATE TABLE asks (
  id         INTEGER PRIMARY KEY,
  person_key TEXT    NOT NULL,                -- of the address
  deed       TEXT    NOT NULL,                -- asked or dismissed
  placement  TEXT    NOT NULL,
  at         INTEGER NOT NULL
);
CREATE INDEX asks_by_person ON asks (person_key, deed, at);

CREATE TABLE answers (
  id          TEXT    PRIMARY KEY,            -- random, from the browser: an answer sent twice counts once
  score       INTEGER NOT NULL,               -- 0 to 10
  text        TEXT    NOT NULL,               -- in the buyer's words; empty where there are none
  placement   TEXT    NOT NULL,
  person_key  TEXT,                           -- empty for strangers, and once they left
  advocate_id TEXT,
  order_id    TEXT,                           -- as the page told it
  answered_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX answers_by_time ON answers (answered_at, id);
CREATE INDEX answers_by_person ON answers (person_key, answered_at) WHERE person_key IS NOT NULL;

-- Who was removed and may not come back.
CREATE TABLE barred (
  person_key TEXT    PRIMARY KEY,
  barred_at  INTEGER NOT NULL
) WITHOUT ROWID;
