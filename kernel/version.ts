/** The version that `kernel_info_reply` tells; that of package.json, which a test compares. */
export const kernelVersion = '0.1.0'
