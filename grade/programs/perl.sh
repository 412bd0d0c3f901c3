# perl: text, data, files, processes, signals.
perl -e 'my %h = (a => 1, b => 2); print join(",", map { "$_=$h{$_}" } sort keys %h), "\n"; my @s = sort { $b <=> $a } (3, 10, 2); print "@s\n"; printf "%.3f %s %b\n", 22 / 7, "x" x 3, 10'
perl -ne 'print if /perl/ && $. < 3' /scripts/perl.sh | head -c 20; echo
perl -e '$_ = "The quick brown fox"; s/(\w+)/<$1>/g; print "$_\n"; print join("|", split /[<> ]+/), "\n"; tr/a-z/A-Z/; print "$_\n"; print scalar reverse("abc"), "\n"'
perl -e 'open my $f, ">", "f" or die; print $f "line $_\n" for 1..3; close $f; open $f, "<", "f"; my @l = <$f>; print scalar(@l), " ", -s "f", "\n"; rename "f", "g"; print -e "g" ? "there\n" : "gone\n"; opendir my $d, "."; print join(" ", sort grep { !/^\./ } readdir $d), "\n"'
perl -e 'my $p = fork; if (!$p) { exit 7 } waitpid $p, 0; print $? >> 8, "\n"; print `echo from a child`; pipe my $r, my $w; if (!fork) { close $r; print $w "through a pipe\n"; exit } close $w; print <$r>; wait'
perl -e '$SIG{ALRM} = sub { print "alarm\n"; exit 4 }; alarm 1; sleep 10'; echo "status $?"
perl -e 'local $SIG{USR1} = sub { print "USR1\n" }; kill USR1 => $$; die "dies\n"'; echo "status $?"
perl -e 'open my $f, "<", "/nosuch" or print "$!\n"; print 0 + $!, "\n"; print join(" ", (stat "/bin/bash")[2] & 0777, time > 1e9 ? "later" : "early"), "\n"; print pack("A3 n C", "abcd", 258, 65), "\n" eq "\n" ? "\n" : ""; my @big = (1) x 200000; print scalar(@big), "\n"'
