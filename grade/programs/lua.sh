# lua: tables, strings, coroutines, files, processes.
cat > t.lua <<'END'
local t = {} for i = 1, 10 do t[i] = i * i end print(#t, table.concat(t, ","), math.type(3), 7 // 2, 7 / 2, 2 ^ 53)
print(("hello"):rep(2, "-"), ("key=value"):match("(%w+)=(%w+)"), ("%5.1f|%x"):format(3.14159, 255), utf8.char(228, 8364))
local c = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end) print(c(), c(), c())
local f = assert(io.open("f", "w")) f:write("a\nb\n") f:close() for l in io.lines("f") do io.write(l, ";") end print(io.open("/nosuch"))
print(os.rename("f", "g"), os.remove("g"), os.remove("g")) print(io.popen("echo child"):read("a"), os.execute("exit 3"))
local ok, e = pcall(error, {code = 5}) print(ok, e.code, select("#", 1, nil, 2), string.pack("<i4", 7):byte(1, -1))
local s = 0 for i = 1, 200000 do s = s + i % 7 end print(s, collectgarbage("count") > 0) os.exit(6)
END
lua5.4 t.lua; echo "status $?"; lua5.4 -e 'error("x")'; echo "status $?"
