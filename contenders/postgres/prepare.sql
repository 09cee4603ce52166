-- Run by psql as the superuser of a cluster that is a moment old: the role and the database of the contenders.
\getenv secret PGPASSWORD
CREATE ROLE shootout LOGIN PASSWORD :'secret';
CREATE DATABASE shootout OWNER shootout;
\connect shootout
CREATE EXTENSION pg_stat_statements;
GRANT pg_monitor TO shootout;  -- shootout asks for settings, and for what all clients do

SET ROLE shootout;
\ir schema.sql
RESET ROLE;

-- What a vacuum or a checkpoint finds to do later is the contenders' doing, not that of these lines.
VACUUM (ANALYZE);
CHECKPOINT;
SELECT pg_stat_statements_reset() \g /dev/null
