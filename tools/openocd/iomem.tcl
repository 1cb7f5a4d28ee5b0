# Load an ELF file where its physical addresses say and start it on core 0. The board waits with its MMU off, in what
# `make sdcard JTAG=1` puts on the card; x0, the device tree's address from the firmware, is left as it is.
proc iomem_run {elf entry} {
    init
    targets [lindex [target names] 0]
    halt
    load_image $elf
    verify_image $elf
    resume $entry
    echo "iomem: $elf runs"
}
