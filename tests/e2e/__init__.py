"""From a replica that falls behind to the person who is told, with every part real."""
