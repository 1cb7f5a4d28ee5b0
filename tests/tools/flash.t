#!/bin/bash
# make flash writes to no device but a removable, unused one that is large enough, and reads back what it wrote.
cd "$(dirname "$0")/../.." || exit 1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
number=0 failed=0

ok() { # NAME COMMAND...
    local name=$1
    shift
    number=$((number + 1))
    if "$@"; then
        echo "ok $number - $name"
    else
        echo "not ok $number - $name"
        printf '# %s\n' "$output"
        failed=1
    fi
}

# disk NAME REMOVABLE SECTORS: a file for a device, and what sysfs says of it
disk() {
    mkdir -p "$scratch/sys/block/$1/${1}1"
    echo "$2" >"$scratch/sys/block/$1/removable"
    echo "$3" >"$scratch/sys/block/$1/size"
    truncate -s $(($3 * 512)) "$scratch/$1"
}

flash() {
    output=$(SYSFS=$scratch/sys MOUNTS=$scratch/mounts SWAPS=$scratch/swaps IS_DEVICE=${IS_DEVICE:--f} \
        tools/flash.sh "$scratch/image" "$@" 2>&1)
    status=$?
}

refused() { # WORDS
    [ $status != 0 ] && grep -q "$1" <<<"$output"
}

untouched() { # DISK
    refused "$2" && cmp -s "$scratch/$1" <(head -c "$(stat -c %s "$scratch/$1")" /dev/zero)
}

head -c 100000 /dev/urandom >"$scratch/image"
: >"$scratch/mounts"
: >"$scratch/swaps"
disk card 1 400
disk fixed 0 400
disk small 1 100
disk inner 0 400
mkdir -p "$scratch/sys/block/inner/device" && echo SD >"$scratch/sys/block/inner/device/type"
truncate -s 204800 "$scratch/part"

flash "$scratch/fixed"
ok 'a fixed disk is refused' untouched fixed 'not removable'
flash "$scratch/small"
ok 'a card that is too small is refused' untouched small 'too small'
flash "$scratch/part"
ok 'a partition is refused' untouched part 'not a whole disk'
flash
ok 'no device is refused' refused 'DEV='
flash "$scratch/nowhere/x"
ok 'a device that is not there is refused' refused 'there is no'
IS_DEVICE=-b flash "$scratch/card"
ok 'a file is refused' untouched card 'not a block device'
echo "$scratch/card1 /media/card vfat rw 0 0" >"$scratch/mounts"
flash "$scratch/card"
ok 'a card of which a partition is mounted is refused' untouched card 'card1 is in use'
: >"$scratch/mounts"
echo "$scratch/card partition 100 0 -2" >"$scratch/swaps"
flash "$scratch/card"
ok 'a card that is swapped to is refused' untouched card 'in use'
: >"$scratch/swaps"
flash "$scratch/card"
ok 'a free card is written' test $status = 0
ok 'and holds the image' cmp -s -n 100000 "$scratch/image" "$scratch/card"
ln -s card "$scratch/by-id"
flash "$scratch/by-id"
ok 'a link to it is followed' test $status = 0
flash "$scratch/inner"
ok 'an SD card that calls itself fixed is written' test $status = 0

mkdir "$scratch/bin"
# shellcheck disable=SC2016  # the stub's own variables
printf '#!/bin/bash\nfor word; do case $word in of=*) printf x | /bin/dd conv=notrunc status=none "$word";; esac; done\n' \
    >"$scratch/bin/dd"
chmod +x "$scratch/bin/dd"
truncate -s 0 "$scratch/card" && truncate -s 204800 "$scratch/card"
PATH=$scratch/bin:$PATH flash "$scratch/card"
ok 'a card that does not keep what is written is told' refused 'does not hold'
echo "1..$number"
exit $failed
