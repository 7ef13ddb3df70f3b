#!/usr/bin/env bash
# A MariaDB and a Redis of our own: for ./run, the tests and the benchmarks. Nothing of the system is used but the
# programs: no service, no user, no file in /etc, no port that somebody chose before us.
#
#   private_servers.sh start-mysql DIR [mariadbd options...]   answers when the server does
#   private_servers.sh stop-mysql DIR     orderly          kill-mysql DIR     kill -9, for tests of what survives
#   private_servers.sh start-redis DIR [redis options...]
#   private_servers.sh stop-redis DIR                      kill-redis DIR
#   private_servers.sh free-ports N        prints N ports of 127.0.0.1 that nobody listens on
#   private_servers.sh guard DIR [remove]  returns at once; when the writer of its stdin is gone, kills both servers of
#                                          DIR (and removes DIR): nothing outlives a killed test or ./run
#
# All of a server lives in DIR (mode 0700):
#   mysql.sock   mysql.port   mysql.password  (of user peyk)   mysql.pid   mysql.log   mysql/ (data)
#   redis.sock   redis.port                                    redis.pid   redis.log   redis/ (cwd)
# Root of MariaDB comes in through mysql.sock without a password; TCP listens on 127.0.0.1, for user peyk only.
#
# A stop or kill ends only a process that was started here: its id is in the pid file and its working directory is
# the data folder in DIR, so an id that the kernel has given to somebody else meanwhile is left alone.
#
# Debian's redis-tools ships the server itself: redis-check-rdb is the server's program under another name, and it
# looks at argv[0] to know what it is. mariadb-server-core is the server without service, user and configuration.
set -euo pipefail

readonly root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly cache=${PEYK_CACHE_DIR:-$root/var/cache}
readonly socket_path_length_max=107  # sockaddr_un.sun_path
readonly start_seconds_max=120
readonly stop_seconds_max=60

fail() {
  echo "private_servers.sh: $*" >&2
  exit 1
}

# usage: fail_with_log LOG REASON
fail_with_log() {
  echo "private_servers.sh: $2; the end of $1:" >&2
  tail -n 25 "$1" >&2 || true
  exit 1
}

# Below the range from which the kernel takes the ports of outgoing connections, and below that of tests/kit/process.cpp,
# whose listeners come up some seconds after their port was chosen.
free_ports() {  # COUNT
  perl -MIO::Socket::INET -e '
    my %found;
    for (1..1000) {
      last if keys %found == $ARGV[0];
      my $port = 20000 + int(rand(6000));
      $found{$port} //= IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $port, Listen => 1) or delete $found{$port};
    }
    exit 1 if keys %found < $ARGV[0];
    print "$_\n" for keys %found' "$1" || fail "no free port between 20000 and 26000"
}

# The id of DIR's server when it runs, nothing otherwise.
running_pid() {  # DIR NAME
  local pid
  pid=$(cat "$1/$2.pid" 2>/dev/null) || return 0
  [[ $pid =~ ^[0-9]+$ && $(readlink "/proc/$pid/cwd" 2>/dev/null) == "$1/$2" ]] && echo "$pid"
  return 0
}

# In a session of its own, so that a Ctrl-C meant for ./run does not reach it, and without our caller's files. Its
# working directory is how running_pid() knows it again.
launch() {  # DIR NAME COMMAND...
  local dir=$1 name=$2
  shift 2
  (
    cd "$dir/$name"
    for fd in "/proc/$BASHPID/fd/"*; do
      fd=${fd##*/}
      if ((fd > 2)); then eval "exec $fd>&-"; fi
    done
    exec setsid "$@" </dev/null >>"$dir/$name.log" 2>&1
  ) &
  launched=$!
  echo "$launched" >"$dir/$name.pid"
}

# usage: await_answer DIR NAME PID PROBE...
await_answer() {
  local dir=$1 name=$2 pid=$3
  shift 3
  local give_up=$((SECONDS + start_seconds_max))
  until "$@" >/dev/null 2>&1; do
    kill -0 "$pid" 2>/dev/null || return 1
    ((SECONDS < give_up)) || fail_with_log "$dir/$name.log" "$name does not answer after $start_seconds_max s"
    sleep 0.02
  done
}

end_server() {  # DIR NAME SIGNAL
  local pid give_up=$((SECONDS + stop_seconds_max))
  pid=$(running_pid "$1" "$2")
  if [[ $pid ]]; then
    kill "-$3" "$pid" 2>/dev/null || true
    while [[ $(running_pid "$1" "$2") ]]; do
      ((SECONDS < give_up)) || fail_with_log "$1/$2.log" "$2 (process $pid) does not stop"
      sleep 0.01
    done
  fi
  rm -f "$1/$2.pid" "$1/$2.sock"
}

# ---- MariaDB

mysql_user=()
[[ $(id -u) == 0 ]] && mysql_user=(--user=root)

# The first data folder takes two seconds to make; all others are copies of it. Whoever changes how it is made raises
# the number at the end of its name.
pristine_data() {
  local version pristine
  version=$(mariadbd --no-defaults --version | sed 's/.*Ver \([^ ]*\).*/\1/')
  pristine=$cache/mysql-$version-1
  mkdir -p "$cache"
  (
    flock 9
    [[ -d $pristine ]] && exit 0
    rm -rf "$pristine.new"
    mkdir "$pristine.new"
    printf '%s\n' "DELETE FROM mysql.global_priv WHERE Host <> 'localhost';" "DELETE FROM mysql.proxies_priv;" \
      >"$cache/users.sql"
    mariadb-install-db --no-defaults --datadir="$pristine.new" "${mysql_user[@]}" --skip-test-db --skip-name-resolve \
      --auth-root-authentication-method=normal --extra-file="$cache/users.sql" --innodb-log-file-size=48M --skip-log-bin \
      >"$cache/mysql-install.log" 2>&1 9>&- ||
      fail_with_log "$cache/mysql-install.log" "mariadb-install-db failed"
    mv "$pristine.new" "$pristine"
  ) 9>"$cache/mysql.lock" || exit 1
  echo "$pristine"
}

new_data() {  # DIR
  local pristine
  pristine=$(pristine_data) || exit 1
  rm -rf "$1/mysql.new"
  cp -a --reflink=auto "$pristine" "$1/mysql.new"
  mv "$1/mysql.new" "$1/mysql"
}

mysql_as_root() { mariadb --no-defaults --user=root --socket="$1/mysql.sock" "${@:2}"; }

start_mysql() {  # DIR OPTIONS...
  local dir=$1 attempt
  shift
  [[ -z $(running_pid "$dir" mysql) ]] || return 0
  [[ -d $dir/mysql ]] || new_data "$dir"
  for attempt in 1 2 3; do  # somebody may take the port between our look and the server's
    rm -f "$dir/mysql.sock"
    # A server that starts clears its folder for temporary files: in /tmp it would take those of others.
    mkdir -p "$dir/mysql.tmp"
    free_ports 1 >"$dir/mysql.port"
    launch "$dir" mysql mariadbd --no-defaults "${mysql_user[@]}" --datadir="$dir/mysql" \
      --socket="$dir/mysql.sock" --pid-file="$dir/mysql/server.pid" \
      --tmpdir="$dir/mysql.tmp" \
      --bind-address=127.0.0.1 --port="$(cat "$dir/mysql.port")" --skip-name-resolve --max-connections=300 \
      --character-set-server=utf8mb4 --collation-server=utf8mb4_unicode_ci --default-time-zone=+00:00 \
      --transaction-isolation=READ-COMMITTED --innodb-flush-log-at-trx-commit=1 --skip-log-bin \
      --innodb-buffer-pool-size=256M --innodb-log-file-size=48M --max-allowed-packet=64M --skip-local-infile \
      --innodb-buffer-pool-dump-at-shutdown=OFF --innodb-buffer-pool-load-at-startup=OFF "$@"
    if await_answer "$dir" mysql "$launched" mysql_as_root "$dir" -e 'SELECT 1'; then
      give_password "$dir"
      return 0
    fi
    grep -q "Address already in use" "$dir/mysql.log" || break
  done
  rm -f "$dir/mysql.pid"
  fail_with_log "$dir/mysql.log" "mariadbd did not start"
}

give_password() {  # DIR
  [[ ! -s $1/mysql.password ]] || return 0
  local password
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  mysql_as_root "$1" -e "CREATE OR REPLACE USER 'peyk'@'%' IDENTIFIED BY '$password';
                         GRANT ALL PRIVILEGES ON *.* TO 'peyk'@'%'" ||
    fail "cannot make the user peyk"
  (umask 077 && echo "$password" >"$1/mysql.password")
}

# ---- Redis

start_redis() {  # DIR OPTIONS...
  local dir=$1 attempt server
  shift
  [[ -z $(running_pid "$dir" redis) ]] || return 0
  server=$(command -v redis-check-rdb) || fail "redis-check-rdb is missing: install redis-tools"
  mkdir -p "$dir/redis"
  ln -sf "$server" "$dir/redis/redis-server"
  for attempt in 1 2 3; do
    rm -f "$dir/redis.sock"
    free_ports 1 >"$dir/redis.port"
    launch "$dir" redis "$dir/redis/redis-server" --dir "$dir/redis" --unixsocket "$dir/redis.sock" \
      --unixsocketperm 700 --bind 127.0.0.1 --port "$(cat "$dir/redis.port")" --save '' --appendonly no \
      --maxmemory 1gb --maxmemory-policy noeviction --daemonize no "$@"
    if await_answer "$dir" redis "$launched" redis_answers "$dir"; then return 0; fi
    grep -q "Address already in use" "$dir/redis.log" || break
  done
  rm -f "$dir/redis.pid"
  fail_with_log "$dir/redis.log" "redis-server did not start"
}

redis_answers() { [[ $(redis-cli -s "$1/redis.sock" ping) == PONG ]]; }

# ---- Guard

# Twice away from the caller (a child of a child, a session of its own): what kills a test with all its children, as
# ctest does when its time is up, does not find the guard, which then does its work.
start_guard() {  # DIR MODE
  exec 3<&0
  (setsid "$BASH" "${BASH_SOURCE[0]}" watch "$1" "$2" <&3 3<&- >/dev/null 2>&1 &)
}

watch() {  # DIR MODE
  trap '' INT TERM HUP
  cat >/dev/null
  end_server "$1" mysql KILL
  end_server "$1" redis KILL
  if [[ $2 == remove ]]; then rm -rf "$1"; fi
}

# ---- Command line

[[ $# -ge 2 ]] || {
  sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
  exit 2
}
command=$1
if [[ $command == free-ports ]]; then
  free_ports "$2"
  exit
fi
mkdir -p "$2"
chmod 700 "$2"
dir=$(cd "$2" && pwd -P)
shift 2
((${#dir} + 11 <= socket_path_length_max)) || fail "the path $dir is too long to hold a unix socket; take a shorter one"

case $command in
  start-mysql) start_mysql "$dir" "$@" ;;
  stop-mysql) end_server "$dir" mysql TERM ;;
  kill-mysql) end_server "$dir" mysql KILL ;;
  start-redis) start_redis "$dir" "$@" ;;
  stop-redis) end_server "$dir" redis TERM ;;
  kill-redis) end_server "$dir" redis KILL ;;
  guard) start_guard "$dir" "${1:-keep}" ;;
  watch) watch "$dir" "${1:-keep}" ;;
  *) fail "unknown command $command" ;;
esac
