-- The tables of the suite frameworks, for any PostgreSQL server and the schema that is the current one.
CREATE TABLE items (
  id integer PRIMARY KEY,
  name text NOT NULL,
  description text NOT NULL,
  price numeric(10, 2) NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE TABLE entries (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- 1,000 rows, the same in every run.
INSERT INTO items (id, name, description, price, created_at)
SELECT id, 'item-' || id, 'Description of item ' || id || ', one of a thousand that are read at random.',
       (id * 37 % 10000)::numeric / 100, timestamptz '2026-01-01 00:00:00+00' + id * interval '1 minute'
FROM generate_series(1, 1000) AS id;
