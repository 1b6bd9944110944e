-- What people wrote when they thought that a declined reward was theirs.
CREATE TABLE appeals (
  id        TEXT    PRIMARY KEY,
  reward_id TEXT    NOT NULL,
  text      TEXT    NOT NULL,                 -- as they wrote it; empty once they left
  filed_at  INTEGER NOT NULL,
  closed_at INTEGER,                          -- answered, or the reward stands again
  answer    TEXT                              -- in the merchant's words
) WITHOUT ROWID;
CREATE UNIQUE INDEX one_open_appeal ON appeals (reward_id) WHERE closed_at IS NULL;
CREATE INDEX appeals_by_reward ON appeals (reward_id, filed_at);
