#!/usr/bin/env bash
# Builds a base for the gateway's image without a registry. It has this machine's Node and git, the libraries that they
# are linked to, certificates and time zones, and nothing else, not even a shell. For tests only.
#
#   base-image.sh              builds localhost/lockstep-test/base:HASH with buildah, prints that name
set -euo pipefail

node=$(node -p process.execPath)
git_core=$(git --exec-path)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
root=$folder/root

# copy FILE...: copies each to the same path below $root and follows links
copy() {
  for file in "$@"; do
    mkdir -p "$root$(dirname "$file")"
    cp -L --no-clobber "$file" "$root$file"
  done
}

# libraries PROGRAM...: prints the libraries that the loader needs to start them
libraries() { ldd "$@" | grep -o '/[^ ]*' | grep -v ':$' | sort -u; }

mkdir -p "$root/usr/local/bin" "$root/usr/bin" "$root/tmp" "$root$git_core"
chmod 1777 "$root/tmp"
cp -L "$node" "$root/usr/local/bin/node"
cp -L "$(command -v git)" "$root/usr/bin/git"
cp -L "$git_core/git-remote-http" "$root$git_core/"
ln -s git-remote-http "$root$git_core/git-remote-https"
mapfile -t needed < <(libraries "$node" "$(command -v git)" "$git_core/git-remote-http")
# The loader looks in the same folder for libraries that are opened at run time, such as name services.
needed+=("$(dirname "$(ldd "$node" | grep -o '/[^ ]*libc.so.6')")/libnss_files.so.2")
for file in "${needed[@]}"; do [ -e "$file" ] && copy "$file"; done
copy /etc/ssl/certs/ca-certificates.crt
mkdir -p "$root/usr/share" "$root/usr/share/git-core"
cp -a /usr/share/zoneinfo "$root/usr/share/"
printf 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/tmp:/sbin/nologin\n' >"$root/etc/passwd"
printf 'root:x:0:\nnonroot:x:65532:\n' >"$root/etc/group"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"

printf 'FROM scratch\nCOPY root /\n' >"$folder/Containerfile"
hash=$(tar -C "$root" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf - . | sha256sum | cut -c1-12)
name=localhost/lockstep-test/base:$hash
if ! buildah inspect --type image "$name" >/dev/null 2>&1; then
  buildah build --isolation chroot --quiet --timestamp 0 --identity-label=false --tag "$name" "$folder" >/dev/null
fi
echo "$name"
