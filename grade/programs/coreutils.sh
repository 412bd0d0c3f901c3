# coreutils: files and directories, text, numbers, processes.
seq 1 10 > n && head -n 3 n && tail -n 2 n && wc n && tac n | head -n 1
sort -rn n | uniq | paste -sd+ && cut -c1 n | sort | uniq -c && nl n | tail -n 1
printf 'b 2\na 1\n' | sort > l; printf 'a x\nb y\n' > r; join l r; comm l r; paste l r
echo 'hello world' | tr a-z A-Z | fold -w 5; expand <<< $'a\tb'; fmt -w 20 <<< 'some words that go on and on'
md5sum n; sha1sum n; sha256sum n; cksum n; base64 n; od -An -tx1 n | head -n 1; sum n
factor 1001; numfmt --to=iec 1048576; expr 6 \* 7; test 3 -gt 2 && echo greater
mkdir -p a/b/c; touch -d '2020-01-02 03:04:05' a/f; ln -s f a/link; ln a/f a/hard; mkfifo a/fifo
stat -c '%n %F %a %h %s %u:%g' a a/f a/link a/fifo; stat -c %Y a/f a/hard; ls -lR --time-style=+T a | sed 's/^total.*/total/'
readlink a/link; realpath a/link; basename /x/y.c .c; dirname /x/y.c
cp -a a copy; mv copy/f copy/g; ls copy; rm -r copy; rmdir a/b/c; chmod 750 a/f; stat -c %A a/f
dd if=/dev/zero of=z bs=1k count=4 2> /dev/null; truncate -s 100 z; stat -c %s z; split -b 30 z part. && ls part.*
csplit -sz n 4 8 && wc -l xx*; shred -n 1 -u z; tee t1 t2 < n > /dev/null; cmp t1 t2 && echo equal
date -u -d @86400 +%F; date -d '2024-02-29 + 1 year' +%F; env -i A=1 env; printenv HOME
timeout 0.05 sleep 5; echo "timeout $?"; nice -n 5 nice; nohup true; echo "nohup $?"; (umask 077; touch u; stat -c %a u)
cat nosuch; rmdir a; mkdir a; ln n n; cp a b; rm a; mv n a/b/c/d; chmod 999 n; echo "status $?"
head -c 10 /dev/zero | od -An -c; tail -c +20 n; wc -c < /dev/null; du -b n; sync; tty; logname
id -u; whoami; groups; pwd; true; false; echo $?; install -m 640 n inst && stat -c %a inst
shuf -i 1-5 | sort; seq 0.5 0.25 1; yes x | head -n 2; mktemp -u XXX | wc -c; pathchk /ok && echo path
ptx <<< 'one two'; tsort <<< 'a b b c'; unexpand -a <<< '        x'; pr -t -2 n | head -n 3; stdbuf -o0 echo done
