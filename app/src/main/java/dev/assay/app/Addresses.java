package dev.assay.app;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Addresses that servers are bound to. */
final class Addresses {
    private Addresses() {}

    /** Whether an address is reached from this machine alone. */
    static boolean loopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new UserException("--host: " + host + " is no address of this machine", e);
        }
    }
}
