-- PostgreSQL gets a second lock between groups here (TG-09). SQLite knows none; its statements and their tests are the lock.
SELECT 1;
