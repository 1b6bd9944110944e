-- The clicks of many isolates are committed together, in as few rows as can be: a
-- segment and one row with the day's counts. And a merchant says where else links may
-- lead, which hosts are its own, and how previews look.

ALTER TABLE merchant ADD COLUMN destinations TEXT NOT NULL DEFAULT '[]'; -- JSON: addresses below which links may lead, beside the shop's
ALTER TABLE merchant ADD COLUMN hosts TEXT NOT NULL DEFAULT '[]';        -- JSON: hosts that are this merchant's alone
ALTER TABLE merchant ADD COLUMN logo_url TEXT;
ALTER TABLE merchant ADD COLUMN picture_url TEXT;                        -- of previews, 1200 x 630
ALTER TABLE merchant ADD COLUMN clicks_counted_to INTEGER NOT NULL DEFAULT 0; -- last segment whose clicks stand in code_clicks

CREATE TABLE vanity_codes (
  code        TEXT    PRIMARY KEY,            -- lower case, never the shape of a given code
  advocate_id TEXT    NOT NULL,
  chosen_at   INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX vanity_codes_by_advocate ON vanity_codes (advocate_id, chosen_at);

ALTER TABLE click_segments RENAME TO click_segments_0004;
CREATE TABLE click_segments (
  id          INTEGER PRIMARY KEY,
  received_at INTEGER NOT NULL,
  clicks      INTEGER NOT NULL,
  batches     BLOB    NOT NULL,               -- 8 bytes each: a batch sent twice counts once
  bytes       BLOB    NOT NULL                -- packed records, see clicks/
);
INSERT INTO click_segments (received_at, clicks, batches, bytes)
  SELECT received_at, clicks, x'', bytes FROM click_segments_0004 ORDER BY received_at, batch;
UPDATE merchant SET clicks_counted_to = (SELECT coalesce(max(id), 0) FROM click_segments);
DROP TABLE click_segments_0004;

-- The counts of the latest days, of what isolates report: one row a day, which is
-- taken apart into `counters` when the day is over.
CREATE TABLE click_days (
  day    INTEGER PRIMARY KEY,                 -- days since 1970, UTC
  counts TEXT    NOT NULL                     -- JSON: {"measure dimension": n}
);

CREATE VIEW latest_counts AS
  SELECT d.day, substr(c.key, 1, instr(c.key, ' ') - 1) AS measure,
    substr(c.key, instr(c.key, ' ') + 1) AS dimension, c.value AS n
  FROM click_days d, json_each(d.counts) c;

-- One statement commits everything.
CREATE VIEW click_commits AS
  SELECT received_at, clicks, batches, bytes, '[]' AS days FROM click_segments;
CREATE TRIGGER click_commits_insert INSTEAD OF INSERT ON click_commits BEGIN
  INSERT INTO click_segments (received_at, clicks, batches, bytes)
    VALUES (NEW.received_at, NEW.clicks, NEW.batches, NEW.bytes);
  INSERT INTO click_days (day, counts)
    SELECT value ->> 0, value ->> 1 FROM json_each(NEW.days) WHERE true
    ON CONFLICT DO UPDATE SET counts = (
      SELECT json_group_object(key, n) FROM (
        SELECT key, sum(value) AS n FROM (
          SELECT key, value FROM json_each(click_days.counts)
          UNION ALL SELECT key, value FROM json_each(excluded.counts))
        GROUP BY key));
END;
