mark() { echo "@@ $1"; }
mark boot
head -c 16777216 /dev/zero | sha256sum
mark sha256
head -c 8388608 /dev/zero | md5sum
mark md5
i=0; while [ $i -lt 300 ]; do /bin/busybox true; i=$((i+1)); done
mark fork-exec
i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done; echo $i
mark shell-loop
awk 'BEGIN { for (i = 1; i <= 400000; i++) x += i * 1.0001 / (i + 0.5); printf "%.9f\n", x }'
mark awk-float
awk 'BEGIN { s = 12345; for (i = 0; i < 60000; i++) { s = (s * 69069 + 1) % 4294967296; print s } }' > /tmp/numbers
sort -n /tmp/numbers | md5sum
mark sort
seq 1 900000 | head -c 6291456 > /tmp/text
gzip -9 -c /tmp/text > /tmp/text.gz
gunzip -c /tmp/text.gz | md5sum
rm /tmp/text /tmp/text.gz
mark gzip
awk 'BEGIN { for (i = 0; i < 100000; i++) { k = "key" i % 5000; a[k] = a[k] + i; n += length(substr(k, 2) "x") } for (k in a) t += a[k]; print n, t }'
mark awk-strings
dd if=/dev/zero of=/tmp/block bs=64k count=768 2>/dev/null
md5sum < /tmp/block
rm /tmp/block
mark tmpfs
dd if=/dev/sda bs=1M skip=32 count=64 of=/dev/null 2>/dev/null; echo $?
mark disk
