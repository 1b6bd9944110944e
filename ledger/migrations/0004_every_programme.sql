-- Every kind of programme: tiers, caps, budgets, prizes, debts, pools, rulings.

-- Programmes that were published before have one offer a side and one currency.
UPDATE programs SET document = (
  WITH old (d) AS (SELECT document)
  SELECT json_object(
    'name', 'Give 10, get 10',
    'advocate', json_object('offer', CASE WHEN d ->> '$.advocate.kind' = 'percent_off'
      THEN json(d -> '$.advocate')
      ELSE json_object('kind', d ->> '$.advocate.kind', 'amounts',
        json_object(d ->> '$.advocate.money.currency', d ->> '$.advocate.money.minor')) END),
    'friend', json_object('offer', CASE WHEN d ->> '$.friend.kind' = 'percent_off'
      THEN json(d -> '$.friend')
      ELSE json_object('kind', d ->> '$.friend.kind', 'amounts',
        json_object(d ->> '$.friend.money.currency', d ->> '$.friend.money.minor')) END),
    'minimum_order', CASE WHEN d ->> '$.minimum_order' IS NULL THEN NULL
      ELSE json_object(d ->> '$.minimum_order.currency', d ->> '$.minimum_order.minor') END,
    'new_customer', json_object('is',
      CASE WHEN d ->> '$.new_customers_only' THEN 'never_ordered' ELSE 'anyone' END),
    'hold_days', d ->> '$.hold_days',
    'window_days', d ->> '$.window_days',
    'attribution', d ->> '$.attribution',
    'late_click_minutes', 0,
    'browser_orders_pay', json(CASE WHEN d ->> '$.browser_orders_pay' THEN 'true' ELSE 'false' END))
  FROM old);

CREATE TABLE drafts (
  id       INTEGER PRIMARY KEY CHECK (id = 1),
  document TEXT    NOT NULL,                  -- JSON of a programme that is not live
  saved_at INTEGER NOT NULL
);

ALTER TABLE merchant ADD COLUMN paused_at INTEGER;          -- the merchant stopped the programme
ALTER TABLE merchant ADD COLUMN budget_state TEXT NOT NULL DEFAULT ''; -- what was last said of the budget

ALTER TABLE advocates ADD COLUMN left_at INTEGER;           -- left; name and address are erased
ALTER TABLE advocates ADD COLUMN referred_by TEXT;          -- the advocate who brought this one
CREATE INDEX advocates_by_referrer ON advocates (referred_by) WHERE referred_by IS NOT NULL;

-- Coupons: a friend's for a click, or an advocate's own for a reward.
CREATE TABLE coupons_0004 (
  code        TEXT    PRIMARY KEY,
  plain       TEXT    NOT NULL UNIQUE,        -- the code without hyphens and spaces, as people type it
  advocate_id TEXT    NOT NULL,
  click_id    TEXT    UNIQUE,                 -- one coupon a click
  reward_id   TEXT    UNIQUE,                 -- or one a reward
  channel     TEXT    NOT NULL,
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER,                        -- empty: never
  order_id    TEXT                            -- the order that used it
) WITHOUT ROWID;
INSERT INTO coupons_0004 SELECT code, replace(code, '-', ''), advocate_id, click_id, NULL, channel,
  created_at, expires_at, order_id FROM coupons;
DROP TABLE coupons;
ALTER TABLE coupons_0004 RENAME TO coupons;

CREATE TABLE pool_codes (
  code     TEXT    PRIMARY KEY,
  pool     TEXT    NOT NULL,
  added_at INTEGER NOT NULL,
  taken_at INTEGER                            -- given out: never again
) WITHOUT ROWID;
CREATE INDEX pool_codes_free ON pool_codes (pool, added_at, code) WHERE taken_at IS NULL;

ALTER TABLE conversions ADD COLUMN kind TEXT NOT NULL DEFAULT 'order';  -- order or sign_up
ALTER TABLE conversions ADD COLUMN friend_email TEXT;       -- only with the friend's consent
ALTER TABLE conversions ADD COLUMN said_not_new INTEGER NOT NULL DEFAULT 0; -- the shop knows the buyer
ALTER TABLE conversions ADD COLUMN checkout_at INTEGER;     -- when the checkout began, if told
ALTER TABLE conversions ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversions ADD COLUMN ruling TEXT;             -- JSON: what the merchant decided
ALTER TABLE conversions ADD COLUMN position INTEGER NOT NULL DEFAULT 0; -- its number since the friend came; 0: nobody brought them
-- An order can have been led to by several clicks: JSON array from now on.
UPDATE conversions SET click = json_array(json(click)) WHERE click IS NOT NULL;
ALTER TABLE conversions RENAME COLUMN click TO clicks;
CREATE TABLE conversion_clicks (
  click_id      TEXT NOT NULL,
  conversion_id TEXT NOT NULL,
  PRIMARY KEY (click_id, conversion_id)
) WITHOUT ROWID;
CREATE INDEX conversion_clicks_by_conversion ON conversion_clicks (conversion_id);
INSERT INTO conversion_clicks SELECT click_id, id FROM conversions WHERE click_id IS NOT NULL;
DROP INDEX conversions_by_click;
ALTER TABLE conversions DROP COLUMN click_id;

ALTER TABLE refunds ADD COLUMN whole INTEGER NOT NULL DEFAULT 0;    -- 1: all of the order, whatever it is
ALTER TABLE refunds ADD COLUMN undone_at INTEGER;           -- the order was paid after all

ALTER TABLE referrals ADD COLUMN credible INTEGER NOT NULL DEFAULT 1;   -- the shop stands for the order
ALTER TABLE referrals ADD COLUMN order_id TEXT NOT NULL DEFAULT '';
ALTER TABLE referrals ADD COLUMN ordered_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE referrals ADD COLUMN clicked_at INTEGER;
ALTER TABLE referrals ADD COLUMN shared_at INTEGER;         -- the share that the click probably came from
ALTER TABLE referrals ADD COLUMN placement TEXT NOT NULL DEFAULT '';    -- of that share
ALTER TABLE referrals ADD COLUMN variant INTEGER NOT NULL DEFAULT 0;    -- arm of an experiment
UPDATE referrals SET
  order_id = (SELECT c.order_id FROM conversions c WHERE c.id = conversion_id),
  ordered_at = (SELECT c.ordered_at FROM conversions c WHERE c.id = conversion_id),
  credible = (SELECT c.confirmed_at IS NOT NULL FROM conversions c WHERE c.id = conversion_id),
  clicked_at = (SELECT c.decision ->> '$.winner.at' FROM conversions c WHERE c.id = conversion_id);
-- Which friend of an advocate it is, by the order of their orders.
CREATE INDEX referrals_by_rank ON referrals (advocate_id, ordered_at, order_id) WHERE status <> 'voided' AND credible = 1;
CREATE INDEX referrals_by_time ON referrals (created_at, id);
DROP INDEX shares_by_advocate;
CREATE INDEX shares_by_advocate ON shares (advocate_id, channel, shared_at);
DROP INDEX referrals_due;
CREATE INDEX referrals_due ON referrals (release_at) WHERE status = 'pending' AND credible = 1;

CREATE TABLE rewards_0004 (
  id             TEXT    PRIMARY KEY,
  referral_id    TEXT,                        -- empty for a prize
  prize          TEXT,                        -- the period that a prize is for: its first and last day
  advocate_id    TEXT    NOT NULL,            -- of the referral, for both sides
  side           TEXT    NOT NULL,
  offer          TEXT    NOT NULL,            -- JSON: what was promised
  kind           TEXT    NOT NULL,
  amount_minor   INTEGER NOT NULL,            -- what it is worth
  wanted_minor   INTEGER NOT NULL,            -- what it would be worth with an endless budget
  limit_minor    INTEGER,                     -- a cap let no more pass
  currency       TEXT    NOT NULL,
  steps          TEXT    NOT NULL,            -- JSON: the arithmetic
  status         TEXT    NOT NULL,
  reason         TEXT,
  ruling         TEXT,                        -- approve, stand or void: the merchant's word
  credible       INTEGER NOT NULL,            -- the shop stands for the order
  coupon         TEXT,                        -- the code that hands it over
  reference      TEXT,                        -- the shop's own note on how it was handed over
  handed_minor   INTEGER NOT NULL,            -- value handed over so far, however often
  withheld_minor INTEGER NOT NULL,            -- of its worth, kept back for what the advocate owed
  forgiven_minor INTEGER NOT NULL,            -- of what was handed over, borne by the shop
  order_id       TEXT    NOT NULL,            -- rank: orders in the order of their time
  ordered_at     INTEGER NOT NULL,
  created_at     INTEGER NOT NULL,
  release_at     INTEGER NOT NULL,
  changed_at     INTEGER NOT NULL,
  expires_at     INTEGER,
  UNIQUE (referral_id, side)
) WITHOUT ROWID;
INSERT INTO rewards_0004 SELECT r.id, r.referral_id, NULL, r.advocate_id, r.side,
  CASE WHEN r.kind = 'percent_off' THEN json_object('kind', r.kind, 'basis_points', r.basis_points)
    ELSE json_object('kind', r.kind, 'amounts', json_object(r.currency, r.amount_minor)) END,
  r.kind, r.amount_minor, r.amount_minor, NULL, r.currency,
  json_array(json_object('rule', 'offer', 'minor', r.amount_minor)), r.status, r.reason, NULL,
  f.credible, NULL, NULL, 0, 0, 0, f.order_id, f.ordered_at, r.created_at, r.release_at,
  r.changed_at, NULL
FROM rewards r JOIN referrals f ON f.id = r.referral_id;
DROP TABLE rewards;
ALTER TABLE rewards_0004 RENAME TO rewards;
CREATE INDEX rewards_by_advocate ON rewards (advocate_id, ordered_at, order_id);
CREATE INDEX rewards_by_rank ON rewards (currency, ordered_at, order_id) WHERE credible = 1;
CREATE INDEX rewards_by_time ON rewards (created_at, id);
CREATE INDEX rewards_expiring ON rewards (expires_at) WHERE expires_at IS NOT NULL AND status IN ('approved', 'issued');
CREATE INDEX rewards_to_hand_over ON rewards (release_at) WHERE status = 'approved' AND coupon IS NULL;
CREATE INDEX rewards_given_back ON rewards (release_at) WHERE ruling = 'stand' AND status = 'pending';
CREATE UNIQUE INDEX one_prize_each ON rewards (prize, advocate_id) WHERE prize IS NOT NULL;

CREATE TABLE prizes (
  period     TEXT    PRIMARY KEY,             -- its first and last day
  ends_at    INTEGER NOT NULL,
  decided_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX rewards_over_budget ON rewards (currency, ordered_at) WHERE status = 'voided' AND reason = 'budget_spent';

-- Counters are summed by measure over days.
CREATE TABLE counters_0004 (
  measure   TEXT    NOT NULL,                 -- see store/counters.rs
  dimension TEXT    NOT NULL,
  day       INTEGER NOT NULL,                 -- days since 1970, UTC
  n         INTEGER NOT NULL,
  PRIMARY KEY (measure, dimension, day)
) WITHOUT ROWID;
INSERT INTO counters_0004 SELECT measure, dimension, day, n FROM counters;
DROP TABLE counters;
ALTER TABLE counters_0004 RENAME TO counters;

ALTER TABLE conversions ADD COLUMN given_back INTEGER NOT NULL DEFAULT 0; -- 1: would be a referral, had it been kept

-- A programme can take a browser's word for an order.
UPDATE referrals SET credible = 1 WHERE credible = 0 AND (
  SELECT p.document ->> '$.browser_orders_pay' FROM conversions c
  JOIN programs p ON p.version = c.program_version WHERE c.id = conversion_id);
UPDATE rewards SET credible = (SELECT f.credible FROM referrals f WHERE f.id = referral_id);
-- A code that was told aloud was followed by no click.
UPDATE referrals SET clicked_at = NULL WHERE (
  SELECT c.decision ->> '$.winner.click' IS NULL FROM conversions c WHERE c.id = conversion_id);
-- Refunds were looked at last, but for the minimum.
UPDATE conversions SET given_back = 1
WHERE verdict IN ('refunded', 'below_minimum') AND refunded_minor > 0 AND (
  SELECT p.document ->> '$.minimum_order' IS NULL
    OR amount_minor >= (p.document -> '$.minimum_order') ->> currency
  FROM programs p WHERE p.version = program_version);

-- Counters of what is in the books already, as commands/moves.rs and store/rewards.rs
-- count it. There were no sign-ups, no experiments, no prizes; nobody counted a friend's
-- later orders, so `again` begins at nothing.
CREATE TABLE facts_0004 AS SELECT
  (c.ordered_at - ((c.ordered_at % 86400000) + 86400000) % 86400000) / 86400000 AS day,
  c.confirmed_at IS NOT NULL OR p.document ->> '$.browser_orders_pay' AS credible,
  c.currency AS currency,
  c.amount_minor AS gross,
  max(c.amount_minor - c.refunded_minor, 0) AS kept,
  c.refunded_minor > 0 AS returned,
  r.id IS NULL AND c.given_back AS given_back,
  r.id IS NOT NULL AS referred,
  r.channel AS channel,
  r.placement AS placement,
  min(max((c.ordered_at - r.clicked_at) / 1000, 1), 34560000) AS convert_s
FROM conversions c JOIN programs p ON p.version = c.program_version
LEFT JOIN referrals r ON r.conversion_id = c.id AND r.status <> 'voided';

INSERT INTO counters SELECT 'orders', 'order', day, count(*) FROM facts_0004 WHERE credible GROUP BY day;
INSERT INTO counters SELECT 'bought', currency, day, count(*) FROM facts_0004 WHERE credible GROUP BY currency, day;
INSERT INTO counters SELECT 'gross', currency, day, sum(gross) FROM facts_0004 WHERE credible GROUP BY currency, day;
INSERT INTO counters SELECT 'kept', currency, day, sum(kept) FROM facts_0004 WHERE credible GROUP BY currency, day;
INSERT INTO counters SELECT 'returned', '', day, count(*) FROM facts_0004 WHERE credible AND returned GROUP BY day;
INSERT INTO counters SELECT 'given_back', currency, day, count(*) FROM facts_0004 WHERE credible AND given_back GROUP BY currency, day;
INSERT INTO counters SELECT 'given_back_gross', currency, day, sum(gross) FROM facts_0004 WHERE credible AND given_back GROUP BY currency, day;
INSERT INTO counters SELECT 'unconfirmed', '', day, count(*) FROM facts_0004 WHERE NOT credible AND referred GROUP BY day;
INSERT INTO counters SELECT 'unconfirmed_kept', currency, day, sum(kept) FROM facts_0004 WHERE NOT credible AND referred GROUP BY currency, day;
DELETE FROM facts_0004 WHERE NOT credible OR NOT referred;
INSERT INTO counters SELECT 'referral', channel, day, count(*) FROM facts_0004 GROUP BY channel, day;
INSERT INTO counters SELECT 'referral_placement', placement, day, count(*) FROM facts_0004 GROUP BY placement, day;
INSERT INTO counters SELECT 'referral_variant', '0', day, count(*) FROM facts_0004 GROUP BY day;
INSERT INTO counters SELECT 'referral_bought', currency, day, count(*) FROM facts_0004 GROUP BY currency, day;
INSERT INTO counters SELECT 'referral_gross', currency, day, sum(gross) FROM facts_0004 GROUP BY currency, day;
INSERT INTO counters SELECT 'referral_kept', currency, day, sum(kept) FROM facts_0004 GROUP BY currency, day;
INSERT INTO counters SELECT 'channel_kept', channel || ' ' || currency, day, sum(kept) FROM facts_0004 GROUP BY channel, currency, day;
INSERT INTO counters SELECT 'referral_returned', '', day, count(*) FROM facts_0004 WHERE returned GROUP BY day;
-- The lower neighbour with eight significant bits, as reports/sketch.rs has it.
UPDATE facts_0004 SET convert_s = convert_s >> bits << bits FROM (
  SELECT f.rowid AS id, (SELECT count(*) FROM json_each('[256,512,1024,2048,4096,8192,16384,32768,65536,131072,262144,524288,1048576,2097152,4194304,8388608,16777216,33554432]') WHERE value <= f.convert_s) AS bits
  FROM facts_0004 f) WHERE id = facts_0004.rowid;
INSERT INTO counters SELECT 'convert_s', convert_s, day, count(*) FROM facts_0004 WHERE convert_s IS NOT NULL GROUP BY convert_s, day;
DROP TABLE facts_0004;

CREATE TABLE facts_0004 AS SELECT
  (ordered_at - ((ordered_at % 86400000) + 86400000) % 86400000) / 86400000 AS day,
  side, currency, amount_minor AS minor, credible, status
FROM rewards WHERE status NOT IN ('voided', 'expired');
INSERT INTO counters SELECT 'reward', side, day, count(*) FROM facts_0004 WHERE credible GROUP BY side, day;
INSERT INTO counters SELECT 'cost', currency, day, sum(minor) FROM facts_0004 WHERE credible GROUP BY currency, day;
-- There was no budget: what is given is all that was wanted.
INSERT INTO counters SELECT 'wanted', currency, day, sum(minor) FROM facts_0004 WHERE credible GROUP BY currency, day;
INSERT INTO counters SELECT 'unconfirmed_reward', side, day, count(*) FROM facts_0004 WHERE NOT credible GROUP BY side, day;
INSERT INTO counters SELECT 'unconfirmed_cost', currency, day, sum(minor) FROM facts_0004 WHERE NOT credible GROUP BY currency, day;
DROP TABLE facts_0004;

INSERT INTO counters SELECT 'share_placement', placement,
  (shared_at - ((shared_at % 86400000) + 86400000) % 86400000) / 86400000, count(*)
FROM shares GROUP BY 2, 3;
INSERT INTO counters SELECT 'click_variant', '0', day, sum(n) FROM counters WHERE measure = 'click' GROUP BY day;
INSERT INTO counters SELECT 'joined', data ->> '$.placement',
  (at - ((at % 86400000) + 86400000) % 86400000) / 86400000, count(*)
FROM events WHERE kind = 'advocate.joined' GROUP BY 2, 3;
