#!/usr/bin/env bash
# Builds real images with known leaks, in every shape that images have on disk, and says in expected.json what must be found.
#
#   scripts/test_images.sh OUTDIR
#
# Needs no daemon and not to be root: buildah, skopeo, umoci, jq, zstd, busybox (static), crun, python3, dpkg-deb; newuidmap for who
# is not root.
# Every secret is derived from a fixed word by sha256, so that none is written here and two runs give the same ones.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: $0 OUTDIR" >&2; exit 2; }
for tool in buildah skopeo umoci jq zstd busybox python3 dpkg-deb; do
    command -v "$tool" >/dev/null || { echo "$0: $tool is not on PATH" >&2; exit 3; }
done
# Who is not root is root in a namespace of users.
[ "$(id -u)" = 0 ] || exec buildah unshare "$0" "$@"
mkdir -p "$1"
out=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# --- secrets -----------------------------------------------------------------
digits() { printf 'keylint-fixture/%s' "$1" | sha256sum | cut -c1-64; }
base32() { digits "$1" | tr '0189a-f' 'GHJKL-Q' | tr 'a-z' 'A-Z' | cut -c1-16; }
base64_of() { digits "$1" | tr 'a-f' 'A-F' | basenc --base16 -d | base64 -w0 | tr '+/' 'AB' | tr -d '=' | cut -c1-"$2"; }
key_id() { printf 'AKIA%s' "$(base32 "$1")"; }
token() { printf 'glpat-%s' "$(base64_of "$1" 20)"; }

# --- storage: no overlay, no runc, no systemd --------------------------------
export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs XDG_RUNTIME_DIR="$work/run" TMPDIR="$work"
export CONTAINERS_STORAGE_CONF="$work/storage.conf"
mkdir "$work/run"
cat >"$work/storage.conf" <<CONF
[storage]
driver = "vfs"
graphroot = "$work/graph"
rootless_storage_path = "$work/graph"
runroot = "$work/runroot"
CONF
printf '{"default": [{"type": "insecureAcceptAnything"}]}' >"$work/trust.json"
copy() { skopeo --policy "$work/trust.json" copy -q "$@"; }
build() { buildah bud --quiet --layers --timestamp 0 "$@" "$work/context" >/dev/null; }

# --- what is put into the images ---------------------------------------------
context="$work/context"
mkdir "$context"
cp "$(command -v busybox)" "$context/busybox"
printf 'AWS_ACCESS_KEY_ID=%s\nAWS_SECRET_ACCESS_KEY=%s\n' "$(key_id env)" "$(base64_of env 40)" >"$context/dotenv"
printf '{"aws": {"accessKeyId": "%s", "secretAccessKey": "%s"}}\n' "$(key_id live)" "$(base64_of live 40)" >"$context/config.json"
printf 'key = %s\n' "$(key_id overwritten)" >"$context/key.txt"
printf 'id = %s\n' "$(key_id arm)" >"$context/arm.txt"
printf 'token = %s\n' "$(token jar)" >"$work/application.properties"
python3 -m zipfile -c "$context/app.jar" "$work/application.properties"
mkdir -p "$work/deb/DEBIAN" "$work/deb/etc"
printf 'Package: tool\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: none\n' >"$work/deb/DEBIAN/control"
printf 'token = %s\n' "$(token deb)" >"$work/deb/etc/tool.conf"
dpkg-deb -Zgzip --root-owner-group -b "$work/deb" "$context/tool.deb" >/dev/null
cat >"$context/policy.json" <<'JSON'
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "secretsmanager:GetSecretValue",
      "Resource": "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db/password"
    }
  ]
}
JSON
cat >"$context/leaky" <<'DOCKERFILE'
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
COPY dotenv /app/.env
RUN rm -f /app/.env
ARG DEPLOY_TOKEN
RUN mkdir -p /srv && echo "fetched with $DEPLOY_TOKEN" >/dev/null
COPY key.txt /srv/key.txt
RUN echo rotated > /srv/key.txt
COPY config.json /etc/app/config.json
RUN mkdir -p /opt/x && cp /etc/app/config.json /opt/x/a.json && ln /opt/x/a.json /opt/x/b.json
COPY app.jar tool.deb /opt/
COPY policy.json /etc/aws/policy.json
ARG PASSWORD
ARG CI_TOKEN
ENV DB_PASSWORD=$PASSWORD
LABEL ci.token=$CI_TOKEN
CMD ["/bin/sh"]
DOCKERFILE
build --format oci --build-arg DEPLOY_TOKEN="$(token argument)" --build-arg PASSWORD="$(base64_of password 24)" \
    --build-arg CI_TOKEN="$(token label)" -t localhost/leaky:1 -f "$context/leaky"
leaky=containers-storage:localhost/leaky:1

# --- the same image in every shape -------------------------------------------
copy "$leaky" "docker-archive:$out/docker.tar:localhost/leaky:1" # as `docker save` did: layers are not compressed
copy "$leaky" "oci-archive:$out/oci.tar:1"
copy "$leaky" "oci:$out/oci:1" # gzip
copy "$leaky" "dir:$out/raw-dir"
copy --format v2s2 "$leaky" "dir:$out/schema2-dir"
copy "$leaky" "containers-storage:[vfs@$out/vfs+$work/vfs]localhost/leaky:1"

# Encodes the layers of a layout anew; what they are when they are decoded stays, and so does the configuration.
encode() { # TO MEDIA-TYPE COMMAND
    local to="$out/$1" media=$2 command=$3 blobs manifest new count old
    cp -r "$out/oci" "$to"
    blobs="$to/blobs/sha256"
    manifest=$(jq -r '.manifests[0].digest[7:]' "$to/index.json")
    count=$(jq '.layers | length' "$blobs/$manifest")
    for ((at = 0; at < count; at++)); do
        old=$(jq -r ".layers[$at].digest[7:]" "$blobs/$manifest")
        gzip -dc "$out/oci/blobs/sha256/$old" >"$work/layer"
        "$command" >"$work/encoded"
        new=$(sha256sum <"$work/encoded" | cut -c1-64)
        rm -f "$blobs/$old"
        cp "$work/encoded" "$blobs/$new"
        jq -c --argjson at "$at" --arg digest "sha256:$new" --argjson size "$(stat -c %s "$work/encoded")" --arg media "$media" \
            '.layers[$at] |= (.digest = $digest | .size = $size | .mediaType = $media)' "$blobs/$manifest" >"$work/manifest"
        cp "$work/manifest" "$blobs/$manifest"
    done
    new=$(sha256sum <"$blobs/$manifest" | cut -c1-64)
    mv "$blobs/$manifest" "$blobs/$new"
    jq -c --arg digest "sha256:$new" --argjson size "$(stat -c %s "$blobs/$new")" \
        '.manifests[0] |= (.digest = $digest | .size = $size)' "$to/index.json" >"$work/index"
    cp "$work/index" "$to/index.json"
}
as_zstd() { zstd -q -c <"$work/layer"; }
# Several streams in a row: eStargz, pigz and bgzip write these.
as_gzip_members() { head -c 700 "$work/layer" | gzip -n; tail -c +701 "$work/layer" | gzip -n; }
# Several frames and one that is skipped: zstd:chunked.
as_zstd_frames() {
    head -c 700 "$work/layer" | zstd -q -c
    printf '\x50\x2a\x4d\x18\x04\x00\x00\x00KLNT'
    tail -c +701 "$work/layer" | zstd -q -c
}
type=application/vnd.oci.image.layer.v1.tar
encode zstd-oci $type+zstd as_zstd
encode members-oci $type+gzip as_gzip_members
encode frames-oci $type+zstd as_zstd_frames

# --- other images ------------------------------------------------------------
# Two platforms; only one has the leak.
printf 'FROM scratch\nCOPY key.txt /arm/key.txt\nCOPY arm.txt /arm/only.txt\n' >"$context/arm"
build --format oci --arch arm64 -t localhost/leaky:arm -f "$context/arm"
buildah manifest create multi >/dev/null
buildah manifest add --arch amd64 multi "$leaky" >/dev/null
buildah manifest add --arch arm64 --variant v8 multi containers-storage:localhost/leaky:arm >/dev/null
buildah manifest push -q --all multi "oci:$out/multi-oci:1"
# The last layer leaves nothing of a directory.
cp -r "$out/oci" "$out/opaque-oci"
mkdir "$work/old" "$work/new"
printf 'id = %s\n' "$(key_id opaque)" >"$work/old/old.txt"
echo new >"$work/new/new.txt"
umoci insert --image "$out/opaque-oci:1" "$work/old" /data
umoci insert --opaque --image "$out/opaque-oci:1" "$work/new" /data
# Two images that share their first layers.
printf 'FROM localhost/leaky:1\nCOPY key.txt /again.txt\n' >"$context/second"
build --format oci -t localhost/leaky:2 -f "$context/second"
copy "$leaky" "oci:$out/tags-oci:first"
copy containers-storage:localhost/leaky:2 "oci:$out/tags-oci:second"
# What only configurations of docker have.
cat >"$context/commands" <<DOCKERFILE
FROM scratch
COPY busybox /bin/busybox
HEALTHCHECK CMD ["/bin/check", "--token", "$(token health)"]
ONBUILD RUN login --token $(token onbuild)
ENTRYPOINT ["/bin/serve", "--token", "$(token entrypoint)"]
DOCKERFILE
build --format docker -t localhost/commands:1 -f "$context/commands"
copy containers-storage:localhost/commands:1 "docker-archive:$out/commands.tar:localhost/commands:1"

# Layers on disk as a machine with overlay keeps them, where this one can.
shapes='["docker.tar", "oci.tar", "oci", "raw-dir", "schema2-dir", "vfs", "zstd-oci", "members-oci", "frames-oci"]'
if copy "oci:$out/oci:1" "containers-storage:[overlay@$out/overlay+$work/overlay]localhost/leaky:1" 2>"$work/overlay.log"; then
    shapes=$(jq -c '. + ["overlay"]' <<<"$shapes")
    umount "$out/overlay/overlay" 2>/dev/null || true # the driver mounts it on itself
else
    echo "$0: no storage with overlay here: $(tail -n 1 "$work/overlay.log")" >&2
    rm -rf "$out/overlay"
fi

# --- what must be found ------------------------------------------------------
# layer: [index, what made it]; hidden: [how, index, what made that layer].
jq -n --argjson shapes "$shapes" \
    --arg env "$(key_id env)" --arg env_key "$(base64_of env 40)" --arg live "$(key_id live)" --arg live_key "$(base64_of live 40)" \
    --arg overwritten "$(key_id overwritten)" --arg argument "$(token argument)" --arg password "$(base64_of password 24)" \
    --arg label_token "$(token label)" --arg jar "$(token jar)" --arg deb "$(token deb)" --arg opaque "$(key_id opaque)" --arg arm "$(key_id arm)" \
    --arg health "$(token health)" --arg onbuild "$(token onbuild)" --arg entrypoint "$(token entrypoint)" '
  ["deleted", 4, "rm -f /app/.env"] as $removed
  | ["overwritten", 7, "echo rotated"] as $rotated
  | [ {secret: $env, path: "app/.env", layer: [3, "/app/.env"], hidden: $removed},
      {secret: $env_key, path: "app/.env", layer: [3, "/app/.env"], hidden: $removed},
      {secret: $argument, field: "config.history["},
      {secret: $overwritten, path: "srv/key.txt", layer: [6, "/srv/key.txt"], hidden: $rotated},
      {secret: $live, path: "etc/app/config.json", layer: [8, "/etc/app/config.json"]},
      {secret: $live_key, path: "etc/app/config.json", layer: [8, "/etc/app/config.json"]},
      {secret: $live, path: "opt/x/a.json", layer: [9, "RUN mkdir -p /opt/x"], links: ["opt/x/b.json"]},
      {secret: $jar, path: "opt/app.jar!/application.properties", layer: [10, "/opt/"]},
      {secret: $deb, path: "opt/tool.deb!/data.tar.gz!/etc/tool.conf", layer: [10, "/opt/"]},
      {rule: "sm-arn-missing-suffix", path: "etc/aws/policy.json", layer: [11, "/etc/aws/policy.json"]},
      {secret: $password, field: "config.Env"},
      {secret: $label_token, field: "config.Labels"} ] as $leaky
  | [ $shapes[] | {image: ., platform: "linux/amd64", layers: 11, leaks: $leaky} ]
    + [ {image: "multi-oci", platform: "linux/amd64", layers: 11, leaks: $leaky},
        {image: "multi-oci", platform: "linux/arm64/v8", layers: 2, leaks: [
          {secret: $arm, path: "arm/only.txt", layer: [2, "/arm/only.txt"]},
          {secret: $overwritten, path: "arm/key.txt", layer: [1, "/arm/key.txt"]} ]},
        {image: "opaque-oci", platform: "linux/amd64", layers: 13, leaks: ($leaky + [
          {secret: $opaque, path: "data/old.txt", layer: [12, "umoci insert"], hidden: ["deleted", 13, "umoci insert"]} ])},
        {image: "tags-oci", name: "first", platform: "linux/amd64", layers: 11, leaks: $leaky, also: {name: "second", layers: 12}},
        {image: "tags-oci", name: "second", platform: "linux/amd64", layers: 12, leaks: [
          {secret: $overwritten, path: "again.txt", layer: [12, "/again.txt"]} ]},
        {image: "commands.tar", platform: "linux/amd64", layers: 1, leaks: [
          {secret: $health, field: "config.Healthcheck"},
          {secret: $onbuild, field: "config.OnBuild"},
          {secret: $entrypoint, field: "config.Entrypoint"} ]} ]' >"$out/expected.json"
