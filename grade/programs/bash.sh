# bash: its language, redirections, processes, signals and job control.
list=(one two "three four") && declare -A map=([a]=1 [b]=2)
echo "${#list[@]} ${list[2]} ${list[@]:1:1} ${map[a]}${map[b]} ${list[-1]/four/five}"
for ((i = 0; i < 3; i++)); do printf '%03d %x\n' "$i" $((i * 17)); done
cat <<END
$((2 ** 20)) $(echo nested $(echo twice)) ${HOME^^}
END
while read -r a b; do echo "$b $a"; done < <(printf 'x y\nz w\n')
[[ "file-12.txt" =~ ^([a-z]+)-([0-9]+) ]] && echo "${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"
case abc in a*c) echo matches ;; *) echo no ;; esac
mkdir d && touch d/{a,b,c}.txt && echo d/* d/[!a]*
f() { local x=$1; (( x > 0 )) && f $((x - 1)); echo "f $x"; }
f 2
echo out; echo err >&2
{ echo grouped; echo lines; } | tac
exec 5> fd5 && echo five >&5 && exec 5>&- && cat fd5
trap 'echo trapped USR1' USR1; kill -USR1 $$
trap 'echo leaving' EXIT
(trap - EXIT; exit 3); echo "status $?"
sleep 0.05 & wait $!; echo "waited $?"
sleep 100 & kill -TERM $!; wait $!; echo "killed $?"
false | true; echo "${PIPESTATUS[*]}"
set -o pipefail; false | true; echo "pipefail $?"
yes | head -n 2; echo "yes ${PIPESTATUS[0]}"
ulimit -n 64; ulimit -n
printf '%s\n' {1..5} | { mapfile -t lines; echo "${#lines[@]} ${lines[4]}"; }
coproc cat; echo through >&"${COPROC[1]}"; read -r line <&"${COPROC[0]}"; echo "$line"; kill $COPROC_PID
echo $(( $(wc -c < /scripts/bash.sh) > 100 ))
./nosuch; echo "status $?"
touch noexec; ./noexec; echo "status $?"
bash -c 'kill -SEGV $$'; echo "status $?"
