# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts of this folder: start_node PROGRAM starts a node on loopback with its data in $folder/data, where
# $folder is made and goes with the script, and sets $address.
folder=$(mktemp -d)
node_pid=
cleanup() {
  if [[ $node_pid ]]; then kill "$node_pid" 2>/dev/null || true; wait "$node_pid" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap cleanup EXIT

start_node() {
  (umask 077 && head -c 32 /dev/urandom >"$folder/key")
  "$1" --node.data="$folder/data" --node.key_file="$folder/key" --node.listen=127.0.0.1:0 --node.https=127.0.0.1:0 --node.disk_reserve_megabytes=1 2>"$folder/log" &
  node_pid=$!
  for _ in $(seq 600); do # until it says where it listens, at most a minute
    if [[ -s $folder/data/ports ]]; then break; fi
    if ! kill -0 "$node_pid" 2>/dev/null; then cat "$folder/log"; exit 1; fi
    read -rt 0.1 <> <(:) || true
  done
  address=$(sed -n 's/^grpc=//p' "$folder/data/ports")
}
