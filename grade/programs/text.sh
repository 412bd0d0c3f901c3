# grep, sed, gawk, find, xargs.
for i in 1 2 3; do mkdir -p t/$i; for j in a b; do echo "line $i$j" > t/$i/$j.txt; done; done
grep -rn 'line 2' t | sort; grep -c line t/1/a.txt; echo abcabc | grep -o 'b.'; printf 'A\nb\n' | grep -iv a; echo x1y22 | grep -oE '[0-9]+'
grep nothing t/1/a.txt; echo "status $?"; grep x nosuch; echo "status $?"; echo foobar | grep -P '(?<=foo)bar' -o
seq 5 | sed -n '2,4p;$='; sed 's/\(l\)ine/[&\1]/' t/1/a.txt; seq 3 | sed '2i\inserted' ; seq 4 | sed 'N;s/\n/-/'; sed -i s/line/LINE/ t/1/*.txt; cat t/1/*.txt
seq 10 | sed '/3/,/6/d;y/1/X/' | tail -n 3; echo 'a b' | sed -E 's/(.) (.)/\2 \1/;h;G'
seq 10 | gawk '{ s += $1; a[$1 % 3]++ } END { print s, a[0], a[1]; for (k in a) n++; print n }'
gawk 'BEGIN { printf "%5.2f|%-5s|%05d\n", 3.14159, "ab", 42; print substr("hello", 2, 3), toupper("x"), length("four"), index("abc", "c"), 2^10, 7 % 3; print strftime("%Y", 0, 1) }'
gawk 'BEGIN { while (("echo one; echo two" | getline l) > 0) print "got", l; print "x" | "cat"; close("cat"); exit 3 }'; echo "status $?"
printf 'k=v\nz=w\n' | gawk -F= '{ m[$1] = $2 } END { n = asorti(m, k); for (i = 1; i <= n; i++) print k[i], m[k[i]] }'
find t -name '*.txt' -newer t/1/a.txt | wc -l > /dev/null; find t -type d | sort; find t -name 'a*' -exec cat {} + | sort; find t -size -2 -type f | wc -l
find t -name b.txt -delete; find t | sort; find t -maxdepth 1 -mindepth 1 -printf '%f %y\n' | sort; seq 5 | xargs -n 2 echo; printf 'a\0b c\0' | xargs -0 -I{} echo '<{}>'; seq 4 | xargs -P 2 -n 1 true; echo "status $?"
