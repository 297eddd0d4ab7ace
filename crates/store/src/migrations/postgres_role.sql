-- The role that rooms' queries run as: owns nothing, cannot bypass the walls (house.md §4.3).
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'jinbu_app') THEN
    CREATE ROLE jinbu_app NOLOGIN NOBYPASSRLS;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
GRANT jinbu_app TO CURRENT_USER;
GRANT USAGE ON SCHEMA public TO jinbu_app;
CREATE OR REPLACE FUNCTION jinbu_reach() RETURNS text LANGUAGE sql STABLE AS $f$ SELECT coalesce(current_setting('jinbu.reach', true), '-') $f$;
CREATE OR REPLACE FUNCTION jinbu_institution() RETURNS text LANGUAGE sql STABLE AS $f$ SELECT coalesce(current_setting('jinbu.institution', true), '') $f$;
CREATE OR REPLACE FUNCTION jinbu_person() RETURNS text LANGUAGE sql STABLE AS $f$ SELECT coalesce(current_setting('jinbu.person', true), '') $f$;
