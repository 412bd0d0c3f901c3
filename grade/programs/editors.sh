# vim and less without a terminal.
seq 1 20 > f; vim.tiny -u NONE -es -c '%s/1/one/g' -c '5,10d' -c 'wq' f; echo "status $?"; cat f
printf 'b\na\n' > g; vim.tiny -u NONE -es -c 'sort' -c 'normal Goappended' -c 'x' g; cat g; less f | head -n 3; less nosuch; echo "status $?"; less -N g < /dev/null | cat
