PRAGMA user_version = 1;

CREATE VIEW shown AS
SELECT
  t.rid, t.id, t.queue AS qid, q.name AS queue, t.type,
  min(max(t.rank, 0), 9007199254740991) AS rank,
  min(max(t.created_at, 0), 9007199254740991) AS created_at,
  min(max(t.run_at, 0), 9007199254740991) AS run_at,
  min(max(t.failures, 0), 9007199254740991) AS failures,
  min(max(t.crashes, 0), 9007199254740991) AS crashes,
  min(max(t.retry_limit, 0), 9007199254740991) AS retry_limit,
  min(max(t.crash_limit, 0), 9007199254740991) AS crash_limit,
  t.key,
  CASE
    WHEN r.rid IS NOT NULL THEN 'pending'
    WHEN d.rid IS NOT NULL THEN d.state
    WHEN f.rid IS NOT NULL THEN f.state
    WHEN l.rid IS NOT NULL THEN 'running'
  END AS state,
  l.token, l.worker, l.started_at, l.until, l.cancel,
  f.finished_at, f.reason, n.error, n.attempts, n.result, t.payload
FROM task AS t
JOIN queue AS q ON q.qid = t.queue
LEFT JOIN ready AS r ON r.queue = t.queue AND r.rank = t.rank AND r.rid = t.rid
LEFT JOIN due AS d ON d.rid = t.rid
LEFT JOIN finished AS f ON f.state IN ('completed', 'cancelled', 'dead') AND f.rid = t.rid
LEFT JOIN lease AS l ON l.token = CASE
    WHEN r.rid IS NULL AND d.rid IS NULL AND f.rid IS NULL THEN (SELECT token FROM lease WHERE rid = t.rid)
  END
LEFT JOIN note AS n ON n.rid = t.rid;

CREATE TABLE activity (
  minute INTEGER NOT NULL,
  queue INTEGER NOT NULL,
  added INTEGER NOT NULL,
  completed INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  crashed INTEGER NOT NULL,
  dead INTEGER NOT NULL,
  PRIMARY KEY (minute, queue)
) STRICT, WITHOUT ROWID;

CREATE TABLE due (
  rid INTEGER PRIMARY KEY,
  state TEXT NOT NULL,
  queue INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE finished (
  state TEXT NOT NULL,
  rid INTEGER NOT NULL,
  queue INTEGER NOT NULL,
  place INTEGER NOT NULL,
  finished_at INTEGER NOT NULL,
  reason TEXT,
  PRIMARY KEY (state, rid)
) STRICT, WITHOUT ROWID;

CREATE TABLE key (
  queue INTEGER NOT NULL,
  value TEXT NOT NULL,
  id TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  until INTEGER NOT NULL,
  live INTEGER NOT NULL,
  PRIMARY KEY (queue, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE lease (
  token INTEGER PRIMARY KEY AUTOINCREMENT,
  rid INTEGER NOT NULL,
  queue INTEGER NOT NULL,
  worker TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  until INTEGER NOT NULL,
  cancel INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE note (
  rid INTEGER PRIMARY KEY,
  error TEXT,
  attempts TEXT,
  result TEXT
) STRICT;

CREATE TABLE queue (
  qid INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  listed INTEGER NOT NULL DEFAULT 1,
  paused INTEGER NOT NULL DEFAULT 0,
  -- Rises whenever idle workers should look: other processes compare it when the bell rings.
  stirs INTEGER NOT NULL DEFAULT 0,
  pending INTEGER NOT NULL DEFAULT 0,
  scheduled INTEGER NOT NULL DEFAULT 0,
  retrying INTEGER NOT NULL DEFAULT 0,
  running INTEGER NOT NULL DEFAULT 0,
  completed INTEGER NOT NULL DEFAULT 0,
  cancelled INTEGER NOT NULL DEFAULT 0,
  dead INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE ready (
  queue INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  rid INTEGER NOT NULL,
  PRIMARY KEY (queue, rank)
) STRICT, WITHOUT ROWID;

CREATE TABLE sequence (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  last INTEGER NOT NULL
) STRICT;

CREATE TABLE sqlite_sequence(name,seq);

CREATE TABLE task (
  rid INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  queue INTEGER NOT NULL,
  type TEXT NOT NULL,
  -- Priority and place in line in one number: see rank.ts. The one in `ready` while the task is pending.
  rank INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  run_at INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  crashes INTEGER NOT NULL,
  retry_limit INTEGER,
  crash_limit INTEGER,
  -- 1 if there is a row in `note`: dropping a task without one, which is nearly every task, need not look for it.
  noted INTEGER NOT NULL,
  -- JSON [value, fingerprint, until], for a task with a key.
  key TEXT,
  payload TEXT NOT NULL
) STRICT;

CREATE INDEX due_at ON due (queue, at);

CREATE INDEX finished_place ON finished (queue, state, place);

CREATE INDEX key_closing ON key (until) WHERE live = 0;
