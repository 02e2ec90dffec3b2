-- A ledger as version 3 of the schema wrote it: sqlite3's .dump, and what that leaves out.
BEGIN TRANSACTION;
CREATE TABLE "findings" (
        id INTEGER PRIMARY KEY,
        verdict TEXT NOT NULL,
        reason TEXT,
        source TEXT NOT NULL,
        gateway TEXT NOT NULL,
        session TEXT NOT NULL,
        own_id INTEGER NOT NULL
    );
INSERT INTO "findings" VALUES(1,'registered',NULL,'api','sendapi','sess_a',1);
INSERT INTO "findings" VALUES(2,'not_registered','not_on_whatsapp','api','sendapi','sess_b',0);
INSERT INTO "findings" VALUES(3,'registered',NULL,'contacts','','',0);
INSERT INTO "findings" VALUES(4,'unknown','timeout','api','sendapi','sess_a',0);
INSERT INTO "findings" VALUES(5,'unknown','server_error','api','sendapi','sess_a',0);
INSERT INTO "findings" VALUES(6,'invalid','rejected_by_provider','api','sendapi','sess_a',0);
INSERT INTO "findings" VALUES(7,'unknown','session_suspect','api','sendapi','sess_a',0);
INSERT INTO "findings" VALUES(8,'unknown','session_suspect','api','sendapi','sess_b',0);
CREATE TABLE numbers (
        number INTEGER PRIMARY KEY,
        finding INTEGER REFERENCES findings (id),
        checked_at_ms INTEGER,
        attempts INTEGER,
        whatsapp_id TEXT,
        failure INTEGER REFERENCES findings (id),
        failed_at_ms INTEGER,
        failed_attempts INTEGER
    );
INSERT INTO "numbers" VALUES(447700900001,1,1760000000000,1,NULL,NULL,NULL,NULL);
INSERT INTO "numbers" VALUES(447700900002,2,1760000000000,3,NULL,NULL,NULL,NULL);
INSERT INTO "numbers" VALUES(447700900003,3,1760000000000,1,'77001122334455@lid',4,1760000000009,6);
INSERT INTO "numbers" VALUES(447700900004,NULL,NULL,NULL,NULL,5,1760000000000,1);
INSERT INTO "numbers" VALUES(447700900005,6,1760000000000,1,NULL,NULL,NULL,NULL);
INSERT INTO "numbers" VALUES(447700900006,NULL,NULL,NULL,NULL,7,1760000000000,1);
INSERT INTO "numbers" VALUES(447700900007,NULL,NULL,NULL,NULL,8,1760000000000,1);
INSERT INTO "numbers" VALUES(447700900008,NULL,NULL,NULL,NULL,7,1760000000000,1);
CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        command TEXT NOT NULL,
        input_name TEXT NOT NULL,
        started_at_ms INTEGER NOT NULL,
        finished_at_ms INTEGER,
        exit_code INTEGER,
        summary_json TEXT
    );
INSERT INTO "runs" VALUES(1,'check','leads.csv',1760000000000,1760000000010,4,'{"rows": 5}');
CREATE TABLE "spending" (
        gateway TEXT NOT NULL,
        session TEXT NOT NULL,
        quarter INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        PRIMARY KEY (gateway, session, quarter)
    ) WITHOUT ROWID
    ;
INSERT INTO "spending" VALUES('sendapi','sess_a',1955555,7);
INSERT INTO "spending" VALUES('sendapi','sess_b',1955555,2);
CREATE TABLE unverified_negatives (
        gateway TEXT NOT NULL,
        session TEXT NOT NULL,
        ordinal INTEGER NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (gateway, session, ordinal)
    ) WITHOUT ROWID
    ;
INSERT INTO "unverified_negatives" VALUES('sendapi','sess_a',3,447700900006);
INSERT INTO "unverified_negatives" VALUES('sendapi','sess_a',4,447700900008);
INSERT INTO "unverified_negatives" VALUES('sendapi','sess_b',1,447700900007);
COMMIT;
PRAGMA application_id = 1396789324;
PRAGMA user_version = 3;
PRAGMA journal_mode = WAL;
