PRAGMA user_version = 6;

CREATE TABLE activity (
  minute INTEGER NOT NULL,
  queue INTEGER NOT NULL,
  added INTEGER NOT NULL,
  completed INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  crashed INTEGER NOT NULL,
  dead INTEGER NOT NULL, unhandled INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (minute, queue)
) STRICT, WITHOUT ROWID;

CREATE TABLE clock (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  boot TEXT NOT NULL,
  ahead INTEGER NOT NULL
) STRICT;

CREATE TABLE detail (
  rid INTEGER PRIMARY KEY,
  error TEXT,
  attempts TEXT,
  result TEXT
) STRICT;

CREATE TABLE due (
  rid INTEGER PRIMARY KEY,
  state TEXT NOT NULL,
  queue INTEGER NOT NULL,
  at INTEGER NOT NULL
, wall INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE finished (
  state TEXT NOT NULL,
  rid INTEGER NOT NULL,
  queue INTEGER NOT NULL,
  position INTEGER NOT NULL,
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

CREATE TABLE queue (
  qid INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  listed INTEGER NOT NULL DEFAULT 1,
  paused INTEGER NOT NULL DEFAULT 0,
  -- Rises whenever idle workers should look: other processes compare it when they are notified.
  notifications INTEGER NOT NULL DEFAULT 0,
  pending INTEGER NOT NULL DEFAULT 0,
  scheduled INTEGER NOT NULL DEFAULT 0,
  retrying INTEGER NOT NULL DEFAULT 0,
  running INTEGER NOT NULL DEFAULT 0,
  completed INTEGER NOT NULL DEFAULT 0,
  cancelled INTEGER NOT NULL DEFAULT 0,
  dead INTEGER NOT NULL DEFAULT 0
, total_added INTEGER NOT NULL DEFAULT 0, total_completed INTEGER NOT NULL DEFAULT 0, total_failed INTEGER NOT NULL DEFAULT 0, total_crashed INTEGER NOT NULL DEFAULT 0, total_dead INTEGER NOT NULL DEFAULT 0, total_unhandled INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE ready (
  queue INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  rid INTEGER NOT NULL,
  PRIMARY KEY (queue, rank)
) STRICT, WITHOUT ROWID;

CREATE TABLE sequence (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  last INTEGER NOT NULL
, time INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE sqlite_sequence(name,seq);

CREATE TABLE task (
  rid INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  queue INTEGER NOT NULL,
  type TEXT NOT NULL,
  -- Priority and position in line in one number: see rank.ts. The one in `ready` while the task is pending.
  rank INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  run_at INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  crashes INTEGER NOT NULL,
  -- 1 if there is a row in `detail`: dropping a task without one, which is nearly every task, need not look for it.
  has_detail INTEGER NOT NULL,
  -- JSON [value, fingerprint, until], for a task with a key.
  key TEXT,
  -- JSON, for a task that was given some: see task/settings.ts.
  settings TEXT,
  payload TEXT NOT NULL
, put_back_at INTEGER) STRICT;

CREATE INDEX activity_queue ON activity (queue, minute);

CREATE INDEX due_at ON due (queue, wall, at);

CREATE INDEX finished_position ON finished (queue, state, position);

CREATE INDEX key_closing ON key (until) WHERE live = 0;
