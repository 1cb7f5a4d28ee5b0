# shellcheck shell=sh
# Debian's package manager for the set-up scripts, which read this file with `.`.

# "URI RELEASE COMPONENT" of the machine's own mirrors of its distribution, without its other sources.
apt_mirrors() {
    # shellcheck disable=SC2016  # apt's own variables
    apt-get indextargets --format '$(CREATED_BY) $(TARGET_OF) $(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)' |
        awk '$1 == "Packages" && $2 == "deb" && ($3 == "Debian" || $3 == "Ubuntu") { print $4, $5, $6 }' | sort -u
}

# apt_source "URI RELEASE COMPONENT": the line of a sources list, signed as the distribution signs.
apt_source() {
    keyring=
    for key in /usr/share/keyrings/debian-archive-keyring.gpg /usr/share/keyrings/ubuntu-archive-keyring.gpg; do
        [ -e "$key" ] && keyring=$key && break
    done
    echo "deb ${keyring:+[signed-by=$keyring]} $1"
}

# apt_private DIRECTORY COMMAND...: apt-get over DIRECTORY/sources.list (an absolute path), with its lists and
# its cache there too: the machine's own configuration stays as it is. `apt_as_root` is what runs it as root.
apt_private() {
    private=$1
    shift
    mkdir -p "$private/lists/partial" "$private/cache/archives/partial"
    ${apt_as_root:-} apt-get -qq -o Dir::Etc::SourceList="$private/sources.list" -o Dir::Etc::SourceParts=- \
        -o Dir::State::Lists="$private/lists" -o Dir::Cache="$private/cache" -o APT::Sandbox::User=root "$@"
}
