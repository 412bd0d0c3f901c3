# tar: archives of files, links and permissions, whole and in part.
mkdir -p s/d; echo one > s/one; echo two > s/d/two; ln -s one s/link; ln s/one s/hard; chmod 600 s/d/two; mkfifo s/fifo
touch -d @1000000000 s/one s/d/two; head -c 100000 /dev/zero > s/zeros
tar cf a.tar --sort=name s && tar tf a.tar | sort; tar tvf a.tar s/one s/d/two s/hard | sed 's/  */ /g'
mkdir x && tar xf a.tar -C x && find x | sort && cat x/s/link x/s/d/two && stat -c '%a %Y %h' x/s/d/two x/s/one x/s/hard
tar df a.tar && echo same; echo changed > s/one; tar df a.tar; echo "status $?"
echo three > s/three; tar rf a.tar s/three; tar tf a.tar | tail -n 1; tar xOf a.tar s/three; tar --delete -f a.tar s/three; tar tf a.tar | wc -l
tar cf - s | tar xf - --strip-components=1 -C x && ls x; tar xf nosuch.tar; echo "status $?"; head -c 700 a.tar > cut.tar; tar tf cut.tar; echo "status $?"
tar cSf sparse.tar s/zeros && tar tf sparse.tar; tar cf l.tar --sort=name --owner=0 --mtime=@0 s/d && md5sum < l.tar
