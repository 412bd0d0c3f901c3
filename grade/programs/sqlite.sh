# sqlite3: a database in a file, with locks, transactions and indices.
sqlite3 db 'create table t(id integer primary key, name text, n int); insert into t(name, n) values ("a", 3), ("b", 1), ("c", 2); select * from t order by n;'
sqlite3 db 'begin; insert into t(name, n) values ("d", 9); rollback; select count(*) from t; begin; update t set n = n * 10; commit; select sum(n), avg(n), group_concat(name) from t;'
sqlite3 db 'create index i on t(n); explain query plan select * from t where n = 10; create view v as select name from t where n > 10; select * from v; pragma integrity_check;'
sqlite3 db "with recursive c(x) as (select 1 union all select x + 1 from c where x < 5000) insert into t(name, n) select 'row' || x, x from c; select count(*), max(n), sum(length(name)) from t; delete from t where n % 2; vacuum; select count(*) from t;"
sqlite3 db '.mode csv' 'select id, name from t limit 3;' '.schema t'; sqlite3 db 'insert into t values (1, "x", 1);'; echo "status $?"; sqlite3 db 'select nosuch from t;'; echo "status $?"
sqlite3 db 'pragma journal_mode = truncate; begin immediate; insert into t(name, n) values ("e", 1); commit;' && sqlite3 db .dump | md5sum; sqlite3 db 'pragma journal_mode = wal; insert into t(name, n) values ("w", 1); select count(*) from t where name = "w";'; ls
(echo 'begin exclusive;'; sleep 0.3; echo 'commit;') | sqlite3 db & sleep 0.1; sqlite3 db 'insert into t(name, n) values ("locked", 1);'; echo "status $?"; wait
