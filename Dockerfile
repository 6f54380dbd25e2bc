# keylint alone in an image: one static program, no shell, no root.
#
#   docker build -t keylint .
#   docker run --rm --network none -v "$PWD:/repo:ro" keylint scan .

ARG RUST=1.88
FROM docker.io/library/rust:${RUST}-slim-bookworm AS build
WORKDIR /keylint
COPY Cargo.toml Cargo.lock build.rs ./
COPY benches benches
COPY fixtures/policy fixtures/policy
COPY rules rules
COPY src src
# With the standard library of C inside, so that the program needs nothing of the image it runs in.
RUN target=$(rustc -vV | sed -n 's/^host: //p') \
    && RUSTFLAGS="-C target-feature=+crt-static" cargo build --release --locked --bin keylint --target "$target" \
    && cp "target/$target/release/keylint" /keylint/program

FROM scratch
COPY --from=build /keylint/program /usr/bin/keylint
COPY LICENSE-APACHE LICENSE-MIT /usr/share/doc/keylint/
WORKDIR /repo
# No account of anybody: it reads what everybody may read, and writes nothing.
USER 65532:65532
ENTRYPOINT ["/usr/bin/keylint"]
CMD ["scan"]
